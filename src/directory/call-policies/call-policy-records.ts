import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import { type Act, changedFields, ChangeRecorder } from '../administration/index.js';
import { CallPoliciesRepository } from './call-policies.repository.js';
import type { CallPolicy } from './call-policy.entity.js';

/** Stores changes of call policies, each with its audit event and the word to replicas that goes with it. */
@Injectable()
export class CallPolicyRecords {
  constructor(
    private readonly repository: CallPoliciesRepository,
    private readonly recorder: ChangeRecorder,
  ) {}

  async insert(tx: Transaction, act: Act, policy: CallPolicy): Promise<void> {
    await this.repository.insert(tx, policy);
    await this.record(tx, act, 'created', policy, { after: policy.facts() });
  }

  /** @param before the facts that are stored now */
  async update(tx: Transaction, act: Act, policy: CallPolicy, before: Record<string, unknown>): Promise<void> {
    const changed = changedFields(before, policy.facts());
    if (!changed) return;
    policy.updatedAt = new Date();
    await this.repository.update(tx, policy);
    await this.record(tx, act, 'updated', policy, { ...changed });
  }

  async delete(tx: Transaction, act: Act, policy: CallPolicy): Promise<void> {
    await this.repository.delete(tx, policy.id);
    await this.record(tx, act, 'deleted', policy, { before: policy.facts() });
  }

  /** Last in its transaction. */
  private async record(tx: Transaction, act: Act, what: string, policy: CallPolicy, details: object): Promise<void> {
    const { id, caller, target, callerId } = policy;
    await this.recorder.record(tx, act, {
      action: `call_policy.${what}`,
      target: { type: 'call_policy', id, name: `${caller} → ${target}` },
      details: { caller, target, ...details },
    });
    await this.recorder.announce(tx, 'clients', callerId);
  }
}
