import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import type { Act } from '../administration/index.js';
import { CallPoliciesRepository } from './call-policies.repository.js';
import { CallPolicyRecords } from './call-policy-records.js';

/** Policies follow their target in the same transaction: a scope that it loses leaves them, and with the target they go. */
@Injectable()
export class TargetReaction implements AuditReaction, OnModuleInit {
  readonly name = 'call-policy-targets';
  readonly actions = ['api.updated', 'api.deleted'];

  constructor(
    private readonly audit: AuditLog,
    private readonly repository: CallPoliciesRepository,
    private readonly records: CallPolicyRecords,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async react(tx: Transaction, { action, actor, origin, target, details }: AuditEvent): Promise<void> {
    const removed = (details?.['removed_scopes'] ?? []) as readonly string[];
    const gone = action === 'api.deleted';
    if (!target || !(gone || removed.length > 0)) return;
    const act: Act = { actor, origin };
    for (const policy of await this.repository.listForTarget(tx, target.id)) {
      const before = policy.facts();
      policy.scopes = policy.scopes.filter((scope) => !removed.includes(scope));
      if (gone || policy.scopes.length === 0) await this.records.delete(tx, act, policy);
      else await this.records.update(tx, act, policy, before);
    }
  }
}
