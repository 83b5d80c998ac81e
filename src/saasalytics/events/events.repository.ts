import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { AnalyticsEvent } from './events.policy.js';

/**
 * One statement: the events that are new, then the customers of those. Both in the order of their ids, so that batches
 * that cross each other wait and never deadlock; the foreign key is checked at the end of the statement.
 */
const INSERT = `
  WITH sent AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[])
      AS t(id, customer_id, type, occurred_at, amount_cents, properties, name, segment, country)),
  stored AS (
    INSERT INTO analytics_events (org_id, id, customer_id, type, occurred_at, amount_cents, properties)
    SELECT $1, id, customer_id, type, occurred_at, amount_cents, properties::jsonb FROM sent ORDER BY id
    ON CONFLICT DO NOTHING RETURNING id, customer_id, occurred_at),
  seen AS (
    SELECT customer_id, min(occurred_at) AS first, max(occurred_at) AS last,
           (array_agg(sent.name ORDER BY occurred_at DESC) FILTER (WHERE sent.name IS NOT NULL))[1] AS name,
           (array_agg(sent.segment ORDER BY occurred_at DESC) FILTER (WHERE sent.segment IS NOT NULL))[1] AS segment,
           (array_agg(sent.country ORDER BY occurred_at DESC) FILTER (WHERE sent.country IS NOT NULL))[1] AS country
    FROM stored JOIN sent USING (id, customer_id, occurred_at) GROUP BY customer_id ORDER BY customer_id),
  customers AS (
    INSERT INTO analytics_customers AS c (org_id, id, name, segment, country, first_seen_at, last_seen_at)
    SELECT $1, customer_id, COALESCE(name, customer_id), segment, country, first, last FROM seen
    ON CONFLICT (org_id, id) DO UPDATE SET
      name = CASE WHEN excluded.name = c.id THEN c.name ELSE excluded.name END,
      segment = COALESCE(excluded.segment, c.segment), country = COALESCE(excluded.country, c.country),
      first_seen_at = LEAST(c.first_seen_at, excluded.first_seen_at), last_seen_at = GREATEST(c.last_seen_at, excluded.last_seen_at))
  SELECT count(*)::int AS accepted FROM stored`;

@Injectable()
export class EventsRepository {
  /** Stores the events whose ids are new, with their customers; answers how many those were. */
  async insert(tx: Transaction, orgId: string, events: readonly AnalyticsEvent[]): Promise<number> {
    const [row] = await tx.manager.query<{ accepted: number }[]>(INSERT, [
      orgId,
      events.map((e) => e.id),
      events.map((e) => e.customerId),
      events.map((e) => e.type),
      events.map((e) => e.occurredAt),
      events.map((e) => e.amountCents),
      events.map((e) => JSON.stringify(e.properties)),
      events.map((e) => e.customerName),
      events.map((e) => e.segment),
      events.map((e) => e.country),
    ]);
    return row?.accepted ?? 0;
  }
}
