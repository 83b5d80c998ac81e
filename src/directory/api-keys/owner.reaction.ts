import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import type { Act } from '../administration/index.js';
import type { ApiKey, RevocationReason } from './api-key.entity.js';
import { ApiKeyMinting } from './api-key-minting.js';
import { ApiKeyRecords } from './api-key-records.js';
import { ApiKeysRepository } from './api-keys.repository.js';

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

  async react(tx: Transaction, event: AuditEvent): Promise<void> {
    const owner = ownerOf(event);
    if (!owner) return;
    const act = { actor: event.actor, origin: event.origin };
    const live = (): Promise<ApiKey[]> => this.repository.liveOfUserForUpdate(tx, owner.orgId, owner.userId);
    const reason = ENDS[event.action];
    if (reason === undefined) for (const key of await live()) await this.tell(tx, act, event.action, key);
    // A rotation that ran meanwhile left a successor, which only another look sees.
    else for (let keys = await live(); keys.some(isLeft); keys = await live()) await this.end(tx, act, reason, keys);
  }

  private async end(tx: Transaction, act: Act, reason: RevocationReason, keys: readonly ApiKey[]): Promise<void> {
    for (const key of keys) await this.minting.revoke(tx, act, key, reason);
  }

  private async tell(tx: Transaction, act: Act, action: string, key: ApiKey): Promise<void> {
    // Guards elsewhere, and tokens that it was exchanged for, must hear that less is left.
    if (!COMES_BACK.includes(action)) await this.records.record(tx, act, { action: 'api_key.suspended', key, details: { reason: action } });
    await this.records.announce(tx, key.id);
  }
}

function isLeft(key: ApiKey): boolean {
  return key.status() === 'active';
}

/** Whose tokens an event is about; undefined for an invitation that nobody has accepted. */
function ownerOf({ action, target, orgId, details }: AuditEvent): { userId: string; orgId?: string } | undefined {
  if (action.startsWith('user.')) return target && { userId: target.id };
  const { user_id: userId, after } = (details ?? {}) as { user_id?: string | null; after?: { role?: unknown } };
  if (typeof userId !== 'string' || orgId === undefined) return undefined;
  if (action === 'member.updated' && after?.role === undefined) return undefined;
  return { userId, orgId };
}
