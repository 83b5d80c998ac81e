import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { ChangeRecorder, type Act } from '../administration/index.js';
import type { ApiKey } from './api-key.entity.js';

export interface ApiKeyChange {
  readonly action: string;
  readonly key: ApiKey;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The audit events of keys, and the word to replicas that goes with them. */
@Injectable()
export class ApiKeyRecords {
  constructor(
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
  ) {}

  once<T extends object>(tx: Transaction, submission: Submission, work: () => Promise<T>): Promise<T> {
    return this.idempotency.once(tx, submission.idempotency, work, 'key');
  }

  record(tx: Transaction, act: Act, change: ApiKeyChange): Promise<void> {
    return this.recordAll(tx, act, [change]);
  }

  async recordAll(tx: Transaction, act: Act, changes: readonly ApiKeyChange[]): Promise<void> {
    await this.recorder.recordAll(
      tx,
      act,
      changes.map(({ action, key: { id, name, orgId, userId, hint }, details }) => ({
        action,
        orgId,
        target: { type: kindOf(id), id, name },
        details: { user_id: userId, hint, ...details },
      })),
    );
  }

  /** Last in its transaction: guards everywhere ask the database again. */
  announce(tx: Transaction, keyId: string): Promise<void> {
    return this.recorder.announce(tx, 'clients', keyId);
  }
}

/** What the audit calls it. */
export function kindOf(id: string): 'api_key' | 'personal_access_token' {
  return id.startsWith('pat_') ? 'personal_access_token' : 'api_key';
}
