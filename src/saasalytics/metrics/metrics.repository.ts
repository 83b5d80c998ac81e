import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { Period } from '../period/index.js';
import { MAX_GROUPS, type Grouping, type Metric, type MetricRow } from './metrics.policy.js';

export interface MetricQuestion {
  readonly metric: Metric;
  readonly grouping: Grouping;
  readonly period: Period;
  /** Starts of the intervals; the first is not after the period's. */
  readonly buckets: readonly Date[];
}

@Injectable()
export class MetricsRepository {
  /** Values of the buckets in which something happened, and of the whole period. */
  async values(tx: Transaction, orgId: string, { metric, grouping, period, buckets }: MetricQuestion): Promise<MetricRow[]> {
    const rows = await tx.manager.query<{ group: string | null; bucket: number | null; value: string }[]>(metricSql(metric, grouping), [
      orgId,
      period.from,
      period.to,
      buckets,
    ]);
    return rows.map(({ group, bucket, value }) => ({ group, bucket, value: Number(value) }));
  }
}

/**
 * The statement of a metric; $1 org, $2 from, $3 to, $4 starts of the buckets. Its rows are `group`, `bucket` (null: the
 * whole period) and `value`. All parts of the text are constants of this file; what a request says goes into parameters.
 */
function metricSql(metric: Metric, grouping: Grouping): string {
  const steps = [
    `cells AS (${metric === 'new_customers' ? newCustomerCells() : eventCells(metric, grouping)})`,
    `grouped AS (${groupCells(metric, grouping)})`,
  ];
  if (grouping === 'none') return `WITH ${steps.join(', ')} ${valuesOf(metric, grouping, 'grouped')}`;
  const columns = metric === 'active_customers' ? 'bucket, customer' : 'bucket, happened, amount';
  steps.push(
    `shown AS (SELECT "group" FROM grouped GROUP BY 1 ORDER BY sum(happened) DESC, 1 LIMIT ${MAX_GROUPS})`,
    `named AS (SELECT COALESCE(shown."group", '(other)') AS "group", ${columns} FROM grouped LEFT JOIN shown USING ("group"))`,
  );
  return `WITH ${steps.join(', ')} ${valuesOf(metric, grouping, 'named')}`;
}

// A search in the list of starts is far cheaper than date_trunc in a time zone, once for every event.
const bucketOf = (time: string): string => `width_bucket(${time}, $4::timestamptz[]) - 1 AS bucket`;

/** What happened in one bucket: by type or by customer only where the question needs it, for the joins after it to be small. */
function eventCells(metric: Metric, grouping: Grouping): string {
  const type = grouping === 'type' ? 'type' : 'NULL::text';
  const customer = metric === 'active_customers' || grouping === 'country' || grouping === 'segment' ? 'customer_id' : 'NULL::text';
  return `SELECT ${type} AS type, ${bucketOf('occurred_at')}, ${customer} AS customer, count(*) AS happened, sum(amount_cents) AS amount
    FROM analytics_events WHERE org_id = $1 AND occurred_at >= $2 AND occurred_at < $3 GROUP BY 1, 2, 3`;
}

function newCustomerCells(): string {
  return `SELECT NULL::text AS type, ${bucketOf('first_seen_at')}, id AS customer, 1 AS happened, 0 AS amount
    FROM analytics_customers WHERE org_id = $1 AND first_seen_at >= $2 AND first_seen_at < $3`;
}

const GROUPS: Readonly<Record<Grouping, string>> = {
  none: 'NULL::text',
  type: 'type',
  country: `COALESCE(c.country, '(none)')`,
  segment: `COALESCE(c.segment, '(none)')`,
};

function groupCells(metric: Metric, grouping: Grouping): string {
  const customers =
    grouping === 'country' || grouping === 'segment' ? 'JOIN analytics_customers c ON c.org_id = $1 AND c.id = cells.customer' : '';
  if (metric === 'active_customers') return `SELECT ${GROUPS[grouping]} AS "group", bucket, customer, happened FROM cells ${customers}`;
  return `SELECT ${GROUPS[grouping]} AS "group", bucket, sum(happened) AS happened, sum(cells.amount) AS amount FROM cells ${customers} GROUP BY 1, 2`;
}

function valuesOf(metric: Metric, grouping: Grouping, source: string): string {
  if (metric === 'active_customers') return distinctCustomers(grouping, source);
  const sum = metric === 'revenue' ? 'amount' : 'happened';
  return `SELECT "group", bucket, sum(${sum})::bigint AS value FROM ${source} GROUP BY "group", GROUPING SETS ((bucket), ())`;
}

// A customer is once in a cell, so only types that were put together can name it twice. Hashing beats count(DISTINCT …), which sorts.
function distinctCustomers(grouping: Grouping, source: string): string {
  const all = `SELECT "group", bucket, customer FROM ${source}`;
  const members =
    grouping === 'type'
      ? `${all} WHERE "group" <> '(other)' UNION ALL SELECT DISTINCT "group", bucket, customer FROM ${source} WHERE "group" = '(other)'`
      : all;
  return `, members AS (${members})
    SELECT "group", bucket, count(*) AS value FROM members GROUP BY 1, 2
    UNION ALL SELECT "group", NULL, count(*) FROM (SELECT DISTINCT "group", customer FROM members) AS everyone GROUP BY 1`;
}
