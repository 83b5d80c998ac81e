import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { Period } from '../period/index.js';
import type { FinancialResult } from './dto/financial-result.dto.js';
import type { ReportSource } from './report.js';

const SUMS = `COALESCE(sum(amount) FILTER (WHERE amount > 0), 0)::bigint AS gross_cents,
              COALESCE(-sum(amount) FILTER (WHERE amount < 0), 0)::bigint AS refunded_cents,
              COALESCE(sum(amount), 0)::bigint AS net_cents`;

const COMPUTE = `
  WITH picked AS (
    SELECT e.type, e.customer_id AS customer, e.amount_cents AS amount, to_char(e.occurred_at AT TIME ZONE $4, 'YYYY-MM') AS month,
           COALESCE(c.segment, '(none)') AS segment
    FROM analytics_events e JOIN analytics_customers c ON c.org_id = e.org_id AND c.id = e.customer_id
    WHERE e.org_id = $1 AND e.occurred_at >= $2 AND e.occurred_at < $3 AND (e.amount_cents <> 0 OR e.type IN ('subscription_started', 'subscription_canceled'))),
  months AS (SELECT month AS name, ${SUMS} FROM picked GROUP BY month ORDER BY month),
  segments AS (SELECT segment AS name, ${SUMS} FROM picked GROUP BY segment ORDER BY net_cents DESC, name LIMIT 20),
  totals AS (
    SELECT ${SUMS}, count(*) FILTER (WHERE type = 'invoice_paid') AS invoices, count(*) FILTER (WHERE type = 'refund') AS refunds,
           count(DISTINCT customer) FILTER (WHERE amount > 0) AS paying_customers,
           COALESCE(round(sum(amount)::numeric / NULLIF(count(DISTINCT customer) FILTER (WHERE amount > 0), 0)), 0)::bigint AS net_per_paying_customer_cents,
           count(*) FILTER (WHERE type = 'subscription_started') AS subscriptions_started,
           count(*) FILTER (WHERE type = 'subscription_canceled') AS subscriptions_canceled
    FROM picked)
  SELECT row_to_json(totals) AS totals, (SELECT COALESCE(json_agg(months), '[]') FROM months) AS by_month,
         (SELECT COALESCE(json_agg(segments), '[]') FROM segments) AS by_segment FROM totals`;

type Totals = Omit<FinancialResult, 'currency' | 'by_month' | 'by_segment'>;

@Injectable()
export class FinancialReportRepository implements ReportSource<FinancialResult> {
  readonly name = 'financial';

  async compute(tx: Transaction, orgId: string, { from, to, timezone, currency }: Period): Promise<FinancialResult> {
    const [row] = await tx.manager.query<
      { totals: Totals; by_month: FinancialResult['by_month']; by_segment: FinancialResult['by_segment'] }[]
    >(COMPUTE, [orgId, from, to, timezone]);
    if (!row) throw new Error('A report answers one row.');
    return { currency, ...row.totals, by_month: row.by_month, by_segment: row.by_segment };
  }
}
