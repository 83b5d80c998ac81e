import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { demoAnalytics, newAnalytics, refusalOf, type Analytics } from './support/analytics.js';

interface Customer {
  id: string;
  name: string;
  segment: string | null;
  country: string | null;
  first_seen_at: string;
  last_seen_at: string;
}
interface Page {
  data: Customer[];
  next_cursor: string | null;
}

let server: TestServer;
let operator: Operator;
let demo: Analytics;
let all: Customer[];

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  demo = await demoAnalytics(server, 0);
  all = await every('');
});
afterAll(() => server.stop());

async function every(filter: string, limit = 100): Promise<Customer[]> {
  const rows: Customer[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: Page } = await demo.get<Page>(`/customers?limit=${limit}${filter}${cursor ? `&cursor=${cursor}` : ''}`);
    rows.push(...body.data);
    cursor = body.next_cursor;
  }
  return rows;
}

describe('GET /analytics/v1/customers', () => {
  it('200 all of the organization in the order of their ids, page by page', async () => {
    const [row] = await server.sql<{ count: string }>('SELECT count(*) FROM analytics_customers WHERE org_id = $1', [demo.orgId]);
    expect(all.length).toBe(Number(row?.count));
    expect(all.length).toBeGreaterThan(200);
    const ids = all.map(({ id }) => id);
    expect([...ids].sort()).toEqual(ids);
    expect((await every('', 37)).map(({ id }) => id)).toEqual(ids);
  });

  it('200 by segment, country and last activity, alone and together', async () => {
    const { segment, country } = all.find((one) => one.segment !== null && one.country !== null)!;
    const since = new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10);
    expect(await every(`&segment=${segment}`)).toEqual(all.filter((one) => one.segment === segment));
    expect(await every(`&country=${country}`)).toEqual(all.filter((one) => one.country === country));
    expect(await every(`&active_since=${since}`)).toEqual(all.filter((one) => one.last_seen_at >= `${since}T00:00:00.000Z`));
    expect(await every(`&segment=${segment}&country=${country}&active_since=${since}`, 1)).toEqual(
      all.filter((one) => one.segment === segment && one.country === country && one.last_seen_at >= `${since}T00:00:00.000Z`),
    );
    expect(await every('&country=XX')).toEqual([]);
  });

  it.each([
    'limit=0',
    'limit=101',
    'segment=%00',
    'segment=A',
    'country=us',
    'country=DEU',
    'active_since=x',
    'active_since=2026-02-30',
    'name=x',
    'org_id=org_x',
  ])('422 for %s', async (query) => {
    expect(refusalOf(await demo.get(`/customers?${query}`))).toEqual([422, 'validation_failed']);
  });
});

describe('GET /analytics/v1/customers/{id}/summary', () => {
  it('200 with the figures of a count by hand', async () => {
    for (const { id } of [all[0]!, all[Math.floor(all.length / 2)]!, all.at(-1)!]) {
      const rows = (
        await server.sql<{ type: string; occurred_at: Date; amount_cents: string }>(
          'SELECT type, occurred_at, amount_cents FROM analytics_events WHERE org_id = $1 AND customer_id = $2',
          [demo.orgId, id],
        )
      ).map((row) => ({ ...row, amount: Number(row.amount_cents) }));
      const recent = rows.filter(({ occurred_at }) => occurred_at.getTime() >= Date.now() - 30 * 86_400_000);
      const total = (some: { amount: number }[]): number => some.reduce((sum, { amount }) => sum + Math.abs(amount), 0);
      const { body } = await demo.get<Record<string, unknown> & { top_event_types: { type: string; count: number }[] }>(
        `/customers/${id}/summary`,
      );
      expect(body).toMatchObject({
        customer: all.find((one) => one.id === id),
        events: rows.length,
        events_last_30_days: recent.length,
        active_days_last_30: new Set(recent.map(({ occurred_at }) => occurred_at.toISOString().slice(0, 10))).size,
        revenue_cents: total(rows.filter(({ amount }) => amount > 0)),
        refunded_cents: total(rows.filter(({ amount }) => amount < 0)),
      });
      for (const { type, count } of body.top_event_types) expect(rows.filter((row) => row.type === type)).toHaveLength(count);
      const invoices = rows
        .filter(({ type }) => type === 'invoice_paid')
        .map(({ occurred_at }) => occurred_at.toISOString())
        .sort();
      expect(body['last_invoice_at']).toBe(invoices.at(-1) ?? null);
    }
  });

  it('200 for an id with every character that an id may have', async () => {
    const client = await newAnalytics(operator);
    const id = 'a.b_c:d@e-F9';
    await client.upload([{ id: 'x', customer_id: id, type: 'x', occurred_at: new Date().toISOString() }]);
    expect((await client.get<{ customer: Customer }>(`/customers/${encodeURIComponent(id)}/summary`)).body.customer).toMatchObject({
      id,
      name: id,
      segment: null,
      country: null,
    });
  });

  it('404 for ids that name nothing, whatever they look like', async () => {
    for (const id of ['nope', '%00', 'a%2Fb', '%F0%9F%98%80', "';--", 'x'.repeat(290)])
      expect({ id, refusal: refusalOf(await demo.get(`/customers/${id}/summary`)) }).toEqual({ id, refusal: [404, 'not_found'] });
  });
});
