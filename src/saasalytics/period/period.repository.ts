import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { AskedPeriod, Interval, Period } from './period.policy.js';

// Shorter than the shortest interval of its kind in any zone, so that stepping finds each one also where clocks change.
const STEPS: Readonly<Record<Interval, string>> = { hour: '30 minutes', day: '12 hours', week: '3 days', month: '14 days' };

const RESOLVE = `
  WITH zone AS (
    SELECT CASE WHEN $2 THEN COALESCE(max(timezone), 'UTC') ELSE 'UTC' END AS timezone, COALESCE(max(currency), 'USD') AS currency
    FROM analytics_accounts WHERE org_id = $1),
  ends AS (SELECT zone.*, COALESCE(${moment('$4')}, now()) AS upper FROM zone)
  SELECT timezone, currency, COALESCE(${moment('$3')}, upper - interval '30 days') AS "from", upper AS "to" FROM ends`;

/** A date is midnight in the zone; everything longer brings its offset. */
function moment(parameter: string): string {
  return `CASE WHEN length(${parameter}::text) = 10 THEN ${parameter}::text::timestamp AT TIME ZONE timezone ELSE ${parameter}::text::timestamptz END`;
}

@Injectable()
export class PeriodRepository {
  /** The period in the zone of the account, or in UTC where it has none. */
  async resolve(tx: Transaction, orgId: string, { from, to, timezone }: AskedPeriod): Promise<Period> {
    const [period] = await tx.manager.query<Period[]>(RESOLVE, [orgId, timezone === 'account', from ?? null, to ?? null]);
    if (!period) throw new Error('A period resolves to one row.');
    return period;
  }

  /** The starts of all intervals that the period touches; the first may lie before it. */
  async buckets(tx: Transaction, { from, to, timezone }: Period, interval: Interval): Promise<Date[]> {
    const rows = await tx.manager.query<{ start: Date }[]>(
      `SELECT DISTINCT date_trunc($1, moment, $2) AS start
       FROM (SELECT generate_series($3::timestamptz, $4::timestamptz - interval '1 microsecond', $5::interval) AS moment
             UNION ALL SELECT $4::timestamptz - interval '1 microsecond') AS moments ORDER BY 1`,
      [interval, timezone, from, to, STEPS[interval]],
    );
    return rows.map((row) => row.start);
  }
}
