import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { DemoEvent } from './demo-events.js';

export interface DemoRows {
  readonly customers: { id: string; name: string; segment: string; country: string; firstSeen: number; lastSeen: number }[];
  readonly events: (DemoEvent & { id: string })[];
}

export interface DemoAccount {
  readonly name: string;
  readonly timezone: string;
  readonly currency: string;
  readonly plan: string;
  readonly createdAt: Date;
}

@Injectable()
export class DemoRepository {
  async hasEvents(tx: Transaction, orgId: string): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>('SELECT FROM analytics_events WHERE org_id = $1 LIMIT 1', [orgId]);
    return rows.length > 0;
  }

  async insertAccount(tx: Transaction, orgId: string, { name, timezone, currency, plan, createdAt }: DemoAccount): Promise<void> {
    await tx.manager.query(
      `INSERT INTO analytics_accounts (org_id, display_name, timezone, currency, plan, billing_email, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, 'billing@example.com', $6, $6) ON CONFLICT DO NOTHING`,
      [orgId, name, timezone, currency, plan, createdAt],
    );
  }

  async insertCustomers(tx: Transaction, orgId: string, customers: DemoRows['customers']): Promise<void> {
    await tx.manager.query(
      `INSERT INTO analytics_customers (org_id, id, name, segment, country, first_seen_at, last_seen_at)
       SELECT $1, id, name, segment, country, to_timestamp(first_seen / 1000.0), to_timestamp(last_seen / 1000.0)
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]) AS t(id, name, segment, country, first_seen, last_seen)`,
      [
        orgId,
        customers.map((c) => c.id),
        customers.map((c) => c.name),
        customers.map((c) => c.segment),
        customers.map((c) => c.country),
        customers.map((c) => c.firstSeen),
        customers.map((c) => c.lastSeen),
      ],
    );
  }

  async insertEvents(tx: Transaction, orgId: string, events: DemoRows['events']): Promise<void> {
    await tx.manager.query(
      `INSERT INTO analytics_events (org_id, id, customer_id, type, occurred_at, amount_cents, properties, received_at)
       SELECT $1, id, customer_id, type, to_timestamp(time / 1000.0), amount_cents, properties::jsonb, to_timestamp(time / 1000.0)
       FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[]) AS t(id, customer_id, type, time, amount_cents, properties)`,
      [
        orgId,
        events.map((e) => e.id),
        events.map((e) => e.customerId),
        events.map((e) => e.type),
        events.map((e) => e.time),
        events.map((e) => e.amountCents),
        events.map((e) => JSON.stringify(e.properties)),
      ],
    );
  }
}
