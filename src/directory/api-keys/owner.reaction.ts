import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import type { Act } from '../administration/index.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeyMinting } from './api-key-minting.js';
import { ApiKeyRecords } from './api-key-records.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** Nothing of the person is lost with these: their tokens may be looked at again. */
const COMES_BACK: readonly string[] = ['user.enabled', 'member.enabled'];

/** Personal access tokens end with the membership of their person, rest while the person is disabled, and follow their role. */
@Injectable()
export class OwnerReaction implements AuditReaction, OnModuleInit {
  readonly name = 'personal-access-tokens';
  readonly actions = ['user.disabled', 'user.enabled', 'member.disabled', 'member.enabled', 'member.updated', 'member.removed'];

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
    const keys = await this.repository.liveOfUserForUpdate(tx, owner.orgId, owner.userId);
    for (const key of keys) await this.apply(tx, act, event.action, key);
  }

  private async apply(tx: Transaction, act: Act, action: string, key: ApiKey): Promise<void> {
    if (action === 'member.removed') return void (await this.minting.revoke(tx, act, key, 'member_removed'));
    // Guards elsewhere, and tokens that it was exchanged for, must hear that less is left.
    if (!COMES_BACK.includes(action)) await this.records.record(tx, act, { action: 'api_key.suspended', key, details: { reason: action } });
    await this.records.announce(tx, key.id);
  }
}

/** Whose tokens an event is about; undefined for an invitation that nobody has accepted. */
function ownerOf({ action, target, orgId, details }: AuditEvent): { userId: string; orgId?: string } | undefined {
  if (action.startsWith('user.')) return target && { userId: target.id };
  const { user_id: userId, after } = (details ?? {}) as { user_id?: string | null; after?: { role?: unknown } };
  if (typeof userId !== 'string' || orgId === undefined) return undefined;
  if (action === 'member.updated' && after?.role === undefined) return undefined;
  return { userId, orgId };
}
