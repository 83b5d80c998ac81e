import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { Period } from '../period/index.js';

export interface RollupTotals {
  readonly days: number;
  readonly events: number;
  readonly amount_cents: number;
}

// Whole days in the zone of the account: a day that the period cuts is rolled up as a whole, so that a second run changes nothing.
const ROLL_UP = `
  WITH days AS (
    SELECT day::date AS day, day AT TIME ZONE $4 AS starts, (day + interval '1 day') AT TIME ZONE $4 AS ends
    FROM generate_series(date_trunc('day', $2::timestamptz AT TIME ZONE $4),
                         date_trunc('day', ($3::timestamptz - interval '1 microsecond') AT TIME ZONE $4), '1 day') AS day),
  sums AS (
    SELECT d.day, count(e.id) AS events, count(DISTINCT e.customer_id) AS customers, COALESCE(sum(e.amount_cents), 0)::bigint AS amount
    FROM days d LEFT JOIN analytics_events e ON e.org_id = $1 AND e.occurred_at >= d.starts AND e.occurred_at < d.ends
    GROUP BY d.day),
  written AS (
    INSERT INTO analytics_rollups (org_id, day, events, active_customers, amount_cents, computed_at)
    SELECT $1, day, events, customers, amount, now() FROM sums ORDER BY day
    ON CONFLICT (org_id, day) DO UPDATE SET events = excluded.events, active_customers = excluded.active_customers,
      amount_cents = excluded.amount_cents, computed_at = excluded.computed_at
    RETURNING events, amount_cents)
  SELECT count(*)::int AS days, COALESCE(sum(events), 0)::bigint AS events, COALESCE(sum(amount_cents), 0)::bigint AS amount_cents FROM written`;

@Injectable()
export class RollupsRepository {
  /** Computes the days that the period touches anew from their events. */
  async rollUp(tx: Transaction, orgId: string, { from, to, timezone }: Period): Promise<RollupTotals> {
    const [row] = await tx.manager.query<{ days: number; events: string; amount_cents: string }[]>(ROLL_UP, [orgId, from, to, timezone]);
    if (!row) throw new Error('A rollup answers one row.');
    return { days: row.days, events: Number(row.events), amount_cents: Number(row.amount_cents) };
  }
}
