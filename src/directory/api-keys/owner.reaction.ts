import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import type { Act } from '../administration/index.js';
import type { ApiKey, RevocationReason } from './api-key.entity.js';
import { ApiKeyMinting } from './api-key-minting.js';
import { ApiKeyRecords } from './api-key-records.js';
import { ApiKeysRepository, type TokenOwner } from './api-keys.repository.js';

/** Nothing of the person is lost with these: their tokens may be looked at again. */
const COMES_BACK: readonly string[] = ['user.enabled', 'member.enabled'];

/** For good. Who had the password could have made them: a session is enough, and they live a year. */
const ENDS: Readonly<Record<string, RevocationReason>> = {
  'member.removed': 'member_removed',
  'user.password_changed': 'password_changed',
};

/** Personal access tokens end with the membership and the password of their person, rest while the person is disabled, and follow their role. */
@Injectable()
export class OwnerReaction implements AuditReaction, OnModuleInit {
  readonly name = 'personal-access-tokens';
  readonly actions = ['user.disabled', 'user.enabled', 'member.disabled', 'member.enabled', 'member.updated', ...Object.keys(ENDS)];

  constructor(
    private readonly audit: AuditLog,
    private readonly repository: ApiKeysRepository,
    private readonly minting: ApiKeyMinting,
    private readonly records: ApiKeyRecords,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async prepare(tx: Transaction, events: readonly AuditEvent[]): Promise<void> {
    const owners = events.flatMap((event) => ownerOf(event) ?? []);
    if (owners.length === 0) return;
    let [seen, held]: (string | undefined)[] = [];
    // A rotation that ran meanwhile left a successor, which only another look sees.
    do [seen, held] = [held, (await this.repository.lockLive(tx, owners)).join()];
    while (seen !== held);
  }

  async react(tx: Transaction, event: AuditEvent): Promise<void> {
    const owner = ownerOf(event);
    if (!owner) return;
    const act = { actor: event.actor, origin: event.origin };
    const reason = ENDS[event.action];
    const keys = await this.repository.listLive(tx, owner);
    if (reason !== undefined) await this.minting.revokeAll(tx, act, keys, { reason });
    else await this.tell(tx, act, event.action, keys);
  }

  private async tell(tx: Transaction, act: Act, action: string, keys: readonly ApiKey[]): Promise<void> {
    const suspended = keys.map((key) => ({ action: 'api_key.suspended', key, details: { reason: action } }));
    // Guards elsewhere, and tokens that they were exchanged for, must hear that less is left.
    if (!COMES_BACK.includes(action)) await this.records.recordAll(tx, act, suspended);
    for (const { id } of keys) await this.records.announce(tx, id);
  }
}

/** Whose tokens an event is about; undefined for an invitation that nobody has accepted. */
function ownerOf({ action, target, orgId, details }: AuditEvent): TokenOwner | undefined {
  if (action.startsWith('user.')) return target && { userId: target.id };
  const { user_id: userId, after } = (details ?? {}) as { user_id?: string | null; after?: { role?: unknown } };
  if (typeof userId !== 'string' || orgId === undefined) return undefined;
  if (action === 'member.updated' && after?.role === undefined) return undefined;
  return { userId, orgId };
}
