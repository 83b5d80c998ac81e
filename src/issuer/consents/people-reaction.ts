import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { ConsentRecords } from './consent-records.js';
import { Consents } from './consents.service.js';
import { ConsentsRepository } from './consents.repository.js';

/** RT-7: codes and refresh tokens end with the person they speak for. Locked first, so that none is missed that is redeemed meanwhile. */
const ENDS_GRANTS: readonly string[] = ['user.disabled', 'member.disabled'];

/** Whose: in one organization, or in all. */
interface Whose {
  readonly userId: string;
  readonly orgId?: string;
}

/** What people allowed ends with their membership, and rests while they are disabled: tokens that stand on it die with the change. */
@Injectable()
export class PeopleReaction implements AuditReaction, OnModuleInit {
  readonly name = 'consents-of-people';
  readonly actions = ['user.disabled', 'member.disabled', 'member.removed', 'member.updated'];

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
    const { userId, orgId } = filter;
    if (event.action === 'member.removed' && orgId !== undefined) return this.consents.withdrawOfMember(tx, act, { userId, orgId });
    const consents = await this.repository.lockAll(tx, filter);
    if (ENDS_GRANTS.includes(event.action))
      await this.repository.endGrants(
        tx,
        consents.map(({ id }) => id),
      );
    // A new role may pass on less; what is left of it is got by the next refresh.
    await this.records.allChanged(tx, act, 'suspended', consents, { reason: event.action });
  }
}

/** Whose consents an event is about; undefined for an invitation that nobody has accepted. */
function filterOf({ action, target, orgId, details }: AuditEvent): Whose | undefined {
  if (action === 'user.disabled') return target && { userId: target.id };
  const { user_id: userId, after } = (details ?? {}) as { user_id?: string | null; after?: { role?: unknown } };
  if (typeof userId !== 'string' || orgId === undefined) return undefined;
  if (action === 'member.updated' && after?.role === undefined) return undefined;
  return { userId, orgId };
}
