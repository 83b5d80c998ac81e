import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { Period } from '../period/index.js';
import type { ActivityResult } from './dto/activity-result.dto.js';
import type { ReportSource } from './report.js';

// json_build_object, not jsonb: sums stay JSON numbers, and the members keep their order on the way here.
const COMPUTE = `
  WITH picked AS (SELECT type, customer_id, occurred_at FROM analytics_events WHERE org_id = $1 AND occurred_at >= $2 AND occurred_at < $3),
  types AS (SELECT type, count(*) AS events, count(DISTINCT customer_id) AS customers FROM picked GROUP BY type ORDER BY count(*) DESC, type LIMIT 20),
  active AS (SELECT customer_id AS id, count(*) AS events FROM picked GROUP BY customer_id),
  top AS (SELECT id, name, events FROM active JOIN analytics_customers c USING (id) WHERE c.org_id = $1 ORDER BY events DESC, id LIMIT 10),
  days AS (SELECT (occurred_at AT TIME ZONE $4)::date AS day, count(*) AS events FROM picked GROUP BY 1)
  SELECT json_build_object(
    'events', (SELECT count(*) FROM picked),
    'active_customers', (SELECT count(*) FROM active),
    'new_customers', (SELECT count(*) FROM analytics_customers WHERE org_id = $1 AND first_seen_at >= $2 AND first_seen_at < $3),
    'inactive_customers', (SELECT count(*) FROM analytics_customers c
       WHERE c.org_id = $1 AND c.first_seen_at < $2 AND NOT EXISTS (SELECT FROM active WHERE active.id = c.id)),
    'busiest_day', (SELECT day FROM days ORDER BY events DESC, day LIMIT 1),
    'by_type', (SELECT COALESCE(json_agg(types), '[]') FROM types),
    'top_customers', (SELECT COALESCE(json_agg(top), '[]') FROM top)) AS result`;

@Injectable()
export class ActivityReportRepository implements ReportSource<ActivityResult> {
  readonly name = 'activity';

  async compute(tx: Transaction, orgId: string, { from, to, timezone }: Period): Promise<ActivityResult> {
    const [row] = await tx.manager.query<{ result: ActivityResult }[]>(COMPUTE, [orgId, from, to, timezone]);
    if (!row) throw new Error('A report answers one row.');
    return row.result;
  }
}
