import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { Interval, Period } from '../period/index.js';
import { MAX_GROUPS, type Grouping, type Metric, type MetricRow } from './metrics.policy.js';

export interface MetricQuestion {
  readonly metric: Metric;
  readonly interval: Interval;
  readonly grouping: Grouping;
  readonly period: Period;
}

const MEASURES: Readonly<Record<Metric, string>> = {
  active_customers: 'count(DISTINCT customer)',
  events: 'count(*)',
  revenue: 'sum(amount)',
  new_customers: 'count(*)',
};

const GROUPS: Readonly<Record<Grouping, string>> = {
  none: 'NULL::text',
  type: 'e.type',
  country: `COALESCE(c.country, '(none)')`,
  segment: `COALESCE(c.segment, '(none)')`,
};

@Injectable()
export class MetricsRepository {
  /** Values of the intervals in which something happened, and of the whole period. */
  async values(tx: Transaction, orgId: string, { metric, interval, grouping, period }: MetricQuestion): Promise<MetricRow[]> {
    const { from, to, timezone } = period;
    const rows = await tx.manager.query<{ group: string | null; start: Date | null; value: string }[]>(sqlOf(metric, grouping), [orgId, from, to, interval, timezone]);
    return rows.map(({ group, start, value }) => ({ group, start, value: Number(value) }));
  }
}

// All parts of the text are constants of this file; what a request says goes into parameters.
function sqlOf(metric: Metric, grouping: Grouping): string {
  const picked = `picked AS (${metric === 'new_customers' ? pickCustomers(grouping) : pickEvents(grouping)})`;
  const value = `${MEASURES[metric]}::bigint AS value`;
  if (grouping === 'none') return `WITH ${picked} SELECT "group", start, ${value} FROM picked GROUP BY "group", GROUPING SETS ((start), ())`;
  return `WITH ${picked},
    shown AS (SELECT "group" FROM picked GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${MAX_GROUPS}),
    named AS (SELECT COALESCE(shown."group", '(other)') AS "group", start, customer, amount FROM picked LEFT JOIN shown USING ("group"))
    SELECT "group", start, ${value} FROM named GROUP BY "group", GROUPING SETS ((start), ())`;
}

function pickEvents(grouping: Grouping): string {
  const customers = grouping === 'country' || grouping === 'segment' ? 'JOIN analytics_customers c ON c.org_id = e.org_id AND c.id = e.customer_id' : '';
  return `SELECT ${GROUPS[grouping]} AS "group", date_trunc($4, e.occurred_at, $5) AS start, e.customer_id AS customer, e.amount_cents AS amount
    FROM analytics_events e ${customers} WHERE e.org_id = $1 AND e.occurred_at >= $2 AND e.occurred_at < $3`;
}

function pickCustomers(grouping: Grouping): string {
  return `SELECT ${GROUPS[grouping]} AS "group", date_trunc($4, c.first_seen_at, $5) AS start, c.id AS customer, 0 AS amount
    FROM analytics_customers c WHERE c.org_id = $1 AND c.first_seen_at >= $2 AND c.first_seen_at < $3`;
}
