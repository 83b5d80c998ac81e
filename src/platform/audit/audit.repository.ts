import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/index.js';
import { batchParameters, INSERT_BATCH } from './audit-batch.repository.js';
import { AUDIT_COLUMNS, type AuditRow } from './audit-row.js';

export interface AuditFilter {
  readonly orgId?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly result?: 'success' | 'failure' | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface StoredAuditEvent {
  id: string;
  time: Date;
  org_id: string | null;
  actor_type: string;
  actor_id: string | null;
  actor_name: string | null;
  action: string;
  target_type: string | null;
  target_id: string | null;
  target_name: string | null;
  result: 'success' | 'failure';
  reason_code: string | null;
  request_id: string | null;
  ip: string | null;
  user_agent: string | null;
  trace_id: string | null;
  details: Record<string, unknown>;
}

const COLUMNS = AUDIT_COLUMNS.join(', ');

@Injectable()
export class AuditRepository {
  async insert(tx: Transaction, rows: readonly AuditRow[]): Promise<void> {
    await tx.manager.query(INSERT_BATCH, batchParameters(rows));
  }

  /** Claims values that may be used once; answers the indices of those that were free. */
  async claim(tx: Transaction, values: readonly { owner: string; digest: Buffer; expiresAt: Date }[]): Promise<ReadonlySet<number>> {
    const claimed = await tx.manager.query<{ ordinal: string }[]>(
      `WITH asked AS (SELECT * FROM unnest($1::text[], $2::bytea[], $3::timestamptz[]) WITH ORDINALITY AS t(owner, digest, expires_at, ordinal)),
            won AS (INSERT INTO single_use_values (owner, digest, expires_at) SELECT owner, digest, expires_at FROM asked
                    ON CONFLICT DO NOTHING RETURNING owner, digest)
       SELECT min(asked.ordinal) AS ordinal FROM asked JOIN won USING (owner, digest) GROUP BY owner, digest`,
      [values.map((v) => v.owner), values.map((v) => v.digest), values.map((v) => v.expiresAt)],
    );
    return new Set(claimed.map((row) => Number(row.ordinal) - 1));
  }

  /** Newest first, after the event with id `after`. */
  async list(tx: Transaction, filter: AuditFilter, after: string | undefined, limit: number): Promise<StoredAuditEvent[]> {
    const where: string[] = [];
    const values: unknown[] = [];
    const add = (sql: string, value: unknown): void => {
      if (value !== undefined) where.push(sql.replaceAll('?', `$${values.push(value)}`));
    };
    add('org_id = ?', filter.orgId);
    add('(actor_id = ? OR actor_name = ?)', filter.actor);
    add('action = ?', filter.action);
    add('target_id = ?', filter.target);
    add('result = ?', filter.result);
    add('time >= ?', filter.from);
    add('time < ?', filter.to);
    add('id < ?', after);
    const condition = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
    return tx.manager.query(`SELECT ${COLUMNS} FROM audit_events ${condition} ORDER BY id DESC LIMIT ${limit + 1}`, values);
  }

  /** Deletes single-use values whose time is over; answers how many. */
  async reapSingleUse(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM single_use_values WHERE (owner, digest) IN
         (SELECT owner, digest FROM single_use_values WHERE expires_at < now() ORDER BY expires_at LIMIT $1) RETURNING 1) SELECT * FROM dead`,
      [limit],
    );
    return rows.length;
  }
}
