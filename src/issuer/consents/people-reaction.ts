import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { ConsentRecords } from './consent-records.js';
import { Consents } from './consents.service.js';
import { ConsentsRepository, type ConsentFilter } from './consents.repository.js';

/** What people allowed ends with their membership, and rests while they are disabled: tokens that stand on it die with the change. */
@Injectable()
export class PeopleReaction implements AuditReaction, OnModuleInit {
  readonly name = 'consents-of-people';
  readonly actions = ['user.disabled', 'user.password_changed', 'member.disabled', 'member.removed', 'member.updated'];

  constructor(
    private readonly audit: AuditLog,
    private readonly consents: Consents,
    private readonly repository: ConsentsRepository,
    private readonly records: ConsentRecords,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async react(tx: Transaction, event: AuditEvent): Promise<void> {
    const filter = filterOf(event);
    if (!filter) return;
    const act = { actor: event.actor, origin: event.origin };
    if (event.action === 'member.removed') return void (await this.consents.withdrawAll(tx, act, filter));
    // A new role may pass on less; what is left of it is got by the next refresh.
    for (const consent of await this.repository.listAll(tx, filter))
      await this.records.changed(tx, act, 'suspended', consent, { reason: event.action });
  }
}

/** Whose consents an event is about; undefined for an invitation that nobody has accepted. */
function filterOf({ action, target, orgId, details }: AuditEvent): ConsentFilter | undefined {
  if (action === 'user.password_changed' && details?.['by'] !== 'reset_link') return undefined;
  if (action.startsWith('user.')) return target && { userId: target.id };
  const { user_id: userId, after } = (details ?? {}) as { user_id?: string | null; after?: { role?: unknown } };
  if (typeof userId !== 'string' || orgId === undefined) return undefined;
  if (action === 'member.updated' && after?.role === undefined) return undefined;
  return { userId, orgId };
}
