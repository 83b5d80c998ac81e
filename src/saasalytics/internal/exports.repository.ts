import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { Period } from '../period/index.js';

export interface NewExport {
  readonly id: string;
  readonly period: Period;
  readonly requestedBy: string;
}

export interface StoredExport {
  readonly id: string;
  readonly status: 'ready';
  readonly period_from: Date;
  readonly period_to: Date;
  readonly customers: number;
  readonly amount_cents: string;
  readonly requested_by: string;
  readonly created_at: Date;
}

// The content goes from table to table, however large it is.
const WRITE = `
  WITH sums AS (
    SELECT c.id, c.name, sum(e.amount_cents)::bigint AS amount_cents, count(*) AS events
    FROM analytics_events e JOIN analytics_customers c ON c.org_id = e.org_id AND c.id = e.customer_id
    WHERE e.org_id = $1 AND e.occurred_at >= $3 AND e.occurred_at < $4 AND e.amount_cents <> 0 GROUP BY c.id, c.name ORDER BY c.id)
  INSERT INTO analytics_exports (org_id, id, status, period_from, period_to, requested_by, customers, amount_cents, content)
  SELECT $1, $2, 'ready', $3, $4, $5, count(*), COALESCE(sum(amount_cents), 0)::bigint, COALESCE(json_agg(sums), '[]') FROM sums
  RETURNING id, status, period_from, period_to, customers, amount_cents, requested_by, created_at`;

@Injectable()
export class ExportsRepository {
  /** Writes what each customer paid in the period. */
  async write(tx: Transaction, orgId: string, { id, period, requestedBy }: NewExport): Promise<StoredExport> {
    const [row] = await tx.manager.query<StoredExport[]>(WRITE, [orgId, id, period.from, period.to, requestedBy]);
    if (!row) throw new Error('An insert answers its row.');
    return row;
  }
}
