import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Consents, type Whose } from './consents.service.js';

/** RT-7: codes and refresh tokens end with the person they speak for, and with their password. */
const ENDS_GRANTS: readonly string[] = ['user.disabled', 'user.password_changed', 'member.disabled'];

/**
 * What people allowed ends with their membership, rests while they are disabled, and has to be proven anew by whoever changed the
 * password (RT-7): tokens that stand on it die with the change.
 */
@Injectable()
export class PeopleReaction implements AuditReaction, OnModuleInit {
  readonly name = 'consents-of-people';
  readonly actions = ['user.disabled', 'user.password_changed', 'member.disabled', 'member.removed', 'member.updated'];

  constructor(
    private readonly audit: AuditLog,
    private readonly consents: Consents,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async prepare(tx: Transaction, events: readonly AuditEvent[]): Promise<void> {
    await this.consents.hold(
      tx,
      events.flatMap((event) => filterOf(event) ?? []),
    );
  }

  async react(tx: Transaction, event: AuditEvent): Promise<void> {
    const filter = filterOf(event);
    if (!filter) return;
    const act = { actor: event.actor, origin: event.origin };
    const { userId, orgId } = filter;
    if (event.action === 'member.removed' && orgId !== undefined) return this.consents.withdrawOfMember(tx, act, { userId, orgId });
    // A new role may pass on less; what is left of it is got by the next refresh.
    await this.consents.suspendAll(tx, act, filter, { reason: event.action, endsGrants: ENDS_GRANTS.includes(event.action) });
  }
}

/** Whose consents an event is about; undefined for an invitation that nobody has accepted. */
function filterOf({ action, target, orgId, details }: AuditEvent): Whose | undefined {
  if (action.startsWith('user.')) return target && { userId: target.id };
  const { user_id: userId, after } = (details ?? {}) as { user_id?: string | null; after?: { role?: unknown } };
  if (typeof userId !== 'string' || orgId === undefined) return undefined;
  if (action === 'member.updated' && after?.role === undefined) return undefined;
  return { userId, orgId };
}
