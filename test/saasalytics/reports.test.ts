import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { dateOf, daysAgo, demoAnalytics, locationsOf, newAnalytics, refusalOf, type Analytics } from './support/analytics.js';

interface Report<T> {
  id: string;
  kind: string;
  status: string;
  from: string;
  to: string;
  timezone: string;
  requested_by: string;
  created_at: string;
  result: T;
}
interface Activity {
  events: number;
  active_customers: number;
  new_customers: number;
  inactive_customers: number;
  busiest_day: string | null;
  by_type: { type: string; events: number; customers: number }[];
  top_customers: { id: string; name: string; events: number }[];
}
interface Line {
  name: string;
  gross_cents: number;
  refunded_cents: number;
  net_cents: number;
}
interface Financial extends Omit<Line, 'name'> {
  currency: string;
  invoices: number;
  refunds: number;
  paying_customers: number;
  net_per_paying_customer_cents: number;
  subscriptions_started: number;
  subscriptions_canceled: number;
  by_month: Line[];
  by_segment: Line[];
}

let server: TestServer;
let operator: Operator;
let demo: Analytics;

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  demo = await demoAnalytics(server, 0);
});
afterAll(() => server.stop());

async function aReport<T>(
  kind: string,
  by = demo,
  fields: object = { from: dateOf(daysAgo(60)), to: dateOf(daysAgo(2)) },
): Promise<Report<T>> {
  const answer = await by.post<Report<T>>('/reports', { kind, ...fields });
  expect(answer.status).toBe(201);
  return answer.body;
}

interface Row {
  type: string;
  customer_id: string;
  occurred_at: Date;
  amount_cents: string;
  segment: string | null;
  first_seen_at: Date;
}

function rowsOf(orgId: string): Promise<Row[]> {
  return server.sql<Row>(
    `SELECT e.type, e.customer_id, e.occurred_at, e.amount_cents, c.segment, c.first_seen_at FROM analytics_events e
     JOIN analytics_customers c ON c.org_id = e.org_id AND c.id = e.customer_id WHERE e.org_id = $1`,
    [orgId],
  );
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('POST /analytics/v1/reports', () => {
  it('201 activity: the figures are those of a count by hand', async () => {
    const report = await aReport<Activity>('activity');
    const { result } = report;
    const rows = await rowsOf(demo.orgId);
    const [from, to] = [new Date(report.from), new Date(report.to)];
    const inside = rows.filter(({ occurred_at }) => occurred_at >= from && occurred_at < to);
    const active = new Set(inside.map((row) => row.customer_id));
    const firstSeen = new Map(rows.map((row) => [row.customer_id, row.first_seen_at]));
    expect(result.events).toBe(inside.length);
    expect(result.active_customers).toBe(active.size);
    expect(result.new_customers).toBe([...firstSeen.values()].filter((time) => time >= from && time < to).length);
    expect(result.inactive_customers).toBe([...firstSeen].filter(([id, time]) => time < from && !active.has(id)).length);
    expect(sum(result.by_type.map(({ events }) => events))).toBe(inside.length);
    for (const { type, events, customers } of result.by_type) {
      const own = inside.filter((row) => row.type === type);
      expect({ type, events, customers }).toEqual({ type, events: own.length, customers: new Set(own.map((row) => row.customer_id)).size });
    }
    expect(result.top_customers).toHaveLength(10);
    for (const { id, events } of result.top_customers) expect(inside.filter((row) => row.customer_id === id)).toHaveLength(events);
    expect(result.busiest_day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it('201 financial: the figures are those of a count by hand, and the lines add up', async () => {
    const report = await aReport<Financial>('financial');
    const { result } = report;
    const [from, to] = [new Date(report.from), new Date(report.to)];
    const inside = (await rowsOf(demo.orgId))
      .filter(({ occurred_at }) => occurred_at >= from && occurred_at < to)
      .map((row) => ({ ...row, amount: Number(row.amount_cents) }));
    const money = (rows: { amount: number }[]): Omit<Line, 'name'> => ({
      gross_cents: sum(rows.filter(({ amount }) => amount > 0).map(({ amount }) => amount)),
      refunded_cents: -sum(rows.filter(({ amount }) => amount < 0).map(({ amount }) => amount)) || 0,
      net_cents: sum(rows.map(({ amount }) => amount)),
    });
    const paying = new Set(inside.filter(({ amount }) => amount > 0).map((row) => row.customer_id)).size;
    const ofType = (type: string): number => inside.filter((row) => row.type === type).length;
    expect(result).toMatchObject({
      ...money(inside),
      invoices: ofType('invoice_paid'),
      refunds: ofType('refund'),
      paying_customers: paying,
      net_per_paying_customer_cents: Math.round(money(inside).net_cents / paying),
      subscriptions_started: ofType('subscription_started'),
      subscriptions_canceled: ofType('subscription_canceled'),
    });
    expect(result.gross_cents).toBeGreaterThan(0);
    expect(result.refunded_cents).toBeGreaterThan(0);
    for (const lines of [result.by_month, result.by_segment])
      for (const figure of ['gross_cents', 'refunded_cents', 'net_cents'] as const)
        expect(sum(lines.map((line) => line[figure]))).toBe(result[figure]);
    for (const { name, ...line } of result.by_segment)
      expect({ name, ...line }).toEqual({ name, ...money(inside.filter(({ segment }) => (segment ?? '(none)') === name)) });
  });

  it('201 keeps the report as it was, whatever comes later, and GET shows it alike', async () => {
    const client = await newAnalytics(operator);
    await client.upload([{ id: 'a', customer_id: 'c', type: 'invoice_paid', occurred_at: '2026-10-01T12:00:00Z', amount_cents: 100 }]);
    const report = await aReport<Financial>('financial', client, { from: '2026-10-01' });
    await client.upload([{ id: 'b', customer_id: 'c', type: 'invoice_paid', occurred_at: '2026-10-02T12:00:00Z', amount_cents: 100 }]);
    expect((await client.get(`/reports/${report.id}`)).body).toEqual(report);
    expect(report).toMatchObject({
      id: expect.stringMatching(/^rep_/) as string,
      status: 'ready',
      requested_by: expect.stringMatching(/^sp_/) as string,
      result: { gross_cents: 100, by_month: [{ name: '2026-10' }] },
    });
    expect((await aReport<Financial>('financial', client, { from: '2026-10-01' })).result.gross_cents).toBe(200);
  });

  it('201 with zeros where nothing happened', async () => {
    const client = await newAnalytics(operator);
    const { result } = await aReport<Activity>('activity', client, { from: '2026-01-01', to: '2026-02-01' });
    expect(result).toEqual({
      events: 0,
      active_customers: 0,
      new_customers: 0,
      inactive_customers: 0,
      busiest_day: null,
      by_type: [],
      top_customers: [],
    });
    expect((await aReport<Financial>('financial', client, { from: '2026-01-01', to: '2026-02-01' })).result).toMatchObject({
      gross_cents: 0,
      net_per_paying_customer_cents: 0,
      by_month: [],
    });
  });

  it.each<[object, string]>([
    [{}, '/kind'],
    [{ kind: 'x' }, '/kind'],
    [{ kind: 'constructor' }, '/kind'],
    [{ from: undefined }, '/from'],
    [{ from: 'yesterday' }, '/from'],
    [{ from: 20_260_101 }, '/from'],
    [{ to: '2025-01-01' }, '/to'],
    [{ from: '2010-01-01' }, '/from'],
    [{ org_id: 'org_x' }, '/org_id'],
  ])('422 for %j, and says where', async (fields, location) => {
    const body = Object.keys(fields).length === 0 ? { from: '2026-01-01' } : { kind: 'activity', from: '2026-01-01', ...fields };
    const answer = await demo.post('/reports', body);
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer)).toEqual([location]);
  });
});

describe('GET /analytics/v1/reports/{id}', () => {
  it('404 for ids that name nothing', async () => {
    for (const id of ['x', 'rep_01kaj6q8f2e4tbp0m9d3s7x5zc', '%00', 'rep_', "rep_';--"])
      expect(refusalOf(await demo.get(`/reports/${id}`))).toEqual([404, 'not_found']);
  });
});
