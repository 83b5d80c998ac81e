import { Injectable } from '@nestjs/common';
import { AuditLog, type AuditTarget } from '../../platform/audit/index.js';
import { Changes, type ChangeTopic } from '../../platform/changes/index.js';
import type { Transaction } from '../../platform/database/index.js';
import type { Act } from './administrator.js';

export interface DirectoryChange {
  readonly action: string;
  readonly orgId?: string | null;
  readonly target: AuditTarget;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What every change of the directory owes: its audit event, and word to all replicas, both in the change's own transaction. */
@Injectable()
export class ChangeRecorder {
  constructor(
    private readonly audit: AuditLog,
    private readonly changes: Changes,
  ) {}

  record(tx: Transaction, act: Act, change: DirectoryChange): Promise<void> {
    return this.recordAll(tx, act, [change]);
  }

  /** Several that belong together: what must happen with them knows of all before it begins. */
  async recordAll(tx: Transaction, { actor, origin }: Act, changes: readonly DirectoryChange[]): Promise<void> {
    await this.audit.recordAll(
      tx,
      changes.map(({ orgId, ...change }) => ({ ...change, actor, origin, orgId: orgId ?? undefined })),
    );
  }

  /** Last in the transaction: it holds the lock of its topic until the commit. */
  async announce(tx: Transaction, topic: ChangeTopic, key: string): Promise<void> {
    await this.changes.publish(tx, topic, key);
  }
}
