import { Injectable } from '@nestjs/common';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';

export interface StoredCustomer {
  readonly id: string;
  readonly name: string;
  readonly segment: string | null;
  readonly country: string | null;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
}

export interface CustomerFilter {
  readonly segment?: string | undefined;
  readonly country?: string | undefined;
  readonly activeSince?: Date | undefined;
}

export interface CustomerTotals {
  readonly events: number;
  readonly events_last_30_days: number;
  readonly active_days_last_30: number;
  readonly revenue_cents: number;
  readonly refunded_cents: number;
  readonly currency: string;
  readonly last_invoice_at: Date | null;
}

export interface TypeCount {
  readonly type: string;
  readonly count: number;
}

const COLUMNS = 'id, name, segment, country, first_seen_at, last_seen_at';

@Injectable()
export class CustomersRepository {
  async list(
    tx: Transaction,
    orgId: string,
    filter: CustomerFilter,
    { after, limit }: { after: string | undefined; limit: number },
  ): Promise<Page<StoredCustomer>> {
    const rows = await tx.manager.query<StoredCustomer[]>(
      `SELECT ${COLUMNS} FROM analytics_customers
       WHERE org_id = $1 AND ($2::text IS NULL OR id > $2) AND ($3::text IS NULL OR segment = $3) AND ($4::text IS NULL OR country = $4)
         AND ($5::timestamptz IS NULL OR last_seen_at >= $5)
       ORDER BY id LIMIT $6`,
      [orgId, after ?? null, filter.segment ?? null, filter.country ?? null, filter.activeSince ?? null, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }

  async find(tx: Transaction, orgId: string, id: string): Promise<StoredCustomer | undefined> {
    // PostgreSQL takes no NUL in a text, and no id has one.
    if (id.includes('\0')) return undefined;
    const [row] = await tx.manager.query<StoredCustomer[]>(`SELECT ${COLUMNS} FROM analytics_customers WHERE org_id = $1 AND id = $2`, [
      orgId,
      id,
    ]);
    return row;
  }

  async getTotals(tx: Transaction, orgId: string, id: string): Promise<CustomerTotals> {
    const [row] = await tx.manager.query<
      (Omit<CustomerTotals, 'revenue_cents' | 'refunded_cents'> & { revenue_cents: string; refunded_cents: string })[]
    >(
      `SELECT count(*)::int AS events,
              count(*) FILTER (WHERE occurred_at >= now() - interval '30 days')::int AS events_last_30_days,
              count(DISTINCT (occurred_at AT TIME ZONE 'UTC')::date) FILTER (WHERE occurred_at >= now() - interval '30 days')::int AS active_days_last_30,
              COALESCE(sum(amount_cents) FILTER (WHERE amount_cents > 0), 0)::bigint AS revenue_cents,
              COALESCE(-sum(amount_cents) FILTER (WHERE amount_cents < 0), 0)::bigint AS refunded_cents,
              COALESCE((SELECT currency FROM analytics_accounts WHERE org_id = $1), 'USD') AS currency,
              max(occurred_at) FILTER (WHERE type = 'invoice_paid') AS last_invoice_at
       FROM analytics_events WHERE org_id = $1 AND customer_id = $2`,
      [orgId, id],
    );
    if (!row) throw new Error('An aggregate answers one row.');
    return { ...row, revenue_cents: Number(row.revenue_cents), refunded_cents: Number(row.refunded_cents) };
  }

  listTopTypes(tx: Transaction, orgId: string, id: string): Promise<TypeCount[]> {
    return tx.manager.query<TypeCount[]>(
      'SELECT type, count(*)::int AS count FROM analytics_events WHERE org_id = $1 AND customer_id = $2 GROUP BY type ORDER BY count(*) DESC, type LIMIT 10',
      [orgId, id],
    );
  }
}
