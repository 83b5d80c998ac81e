import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { DAY_MS, dateOf, daysAgo, demoAnalytics, locationsOf, newAnalytics, refusalOf, type Analytics } from './support/analytics.js';

interface Series {
  group: string | null;
  total: number;
  values: number[];
}
interface Metrics {
  metric: string;
  unit: string;
  currency: string;
  interval: string;
  timezone: string;
  from: string;
  to: string;
  buckets: string[];
  series: Series[];
}
interface Row {
  id: string;
  customer_id: string;
  type: string;
  occurred_at: Date;
  amount_cents: string;
  country: string | null;
  segment: string | null;
  first_seen_at: Date;
}

const METRICS = ['events', 'active_customers', 'revenue', 'new_customers'] as const;
const GROUPINGS = ['none', 'type', 'country', 'segment'] as const;
const INTERVALS = ['hour', 'day', 'week', 'month'] as const;

let server: TestServer;
let operator: Operator;
let demo: Analytics;
let rows: Row[];

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  demo = await demoAnalytics(server, 0);
  rows = await server.sql<Row>(
    `SELECT e.id, e.customer_id, e.type, e.occurred_at, e.amount_cents, c.country, c.segment, c.first_seen_at
     FROM analytics_events e JOIN analytics_customers c ON c.org_id = e.org_id AND c.id = e.customer_id WHERE e.org_id = $1`,
    [demo.orgId],
  );
});
afterAll(() => server.stop());

const ask = (query: string, by = demo): Promise<{ status: number; body: Metrics }> => by.get<Metrics>(`/metrics?${query}`);

/** Starts of the intervals in UTC, by calendar arithmetic. */
function startOf(interval: string, time: Date): number {
  const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()];
  if (interval === 'hour') return Math.floor(time.getTime() / 3_600_000) * 3_600_000;
  if (interval === 'month') return Date.UTC(year, month, 1);
  const midnight = Date.UTC(year, month, day);
  return interval === 'day' ? midnight : midnight - ((time.getUTCDay() + 6) % 7) * DAY_MS;
}

/** The answer, counted one by one in the test. */
function counted(
  metric: string,
  grouping: string,
  interval: string,
  from: Date,
  to: Date,
): Map<string | null, { total: number; byStart: Map<number, number> }> {
  const inside = rows.filter(({ occurred_at }) => occurred_at >= from && occurred_at < to);
  const newcomers = new Map(
    rows
      .filter(({ first_seen_at }) => first_seen_at >= from && first_seen_at < to)
      .map((row) => [row.customer_id, { ...row, occurred_at: row.first_seen_at }]),
  );
  const items: Row[] = metric === 'new_customers' ? [...newcomers.values()] : inside;
  const own = (row: Row): string | null =>
    grouping === 'none' ? null : grouping === 'type' ? row.type : (row[grouping as 'country' | 'segment'] ?? '(none)');
  const sizes = new Map<string | null, number>();
  for (const row of items) sizes.set(own(row), (sizes.get(own(row)) ?? 0) + 1);
  const shown = new Set(
    [...sizes]
      .sort((a, b) => b[1] - a[1] || (String(a[0]) < String(b[0]) ? -1 : 1))
      .slice(0, 10)
      .map(([group]) => group),
  );
  const members = new Map<string | null, Row[]>();
  for (const row of items) {
    const group = shown.has(own(row)) ? own(row) : '(other)';
    const list = members.get(group) ?? [];
    list.push(row);
    members.set(group, list);
  }
  const measure = (some: Row[]): number =>
    metric === 'active_customers'
      ? new Set(some.map((row) => row.customer_id)).size
      : metric === 'revenue'
        ? some.reduce((sum, row) => sum + Number(row.amount_cents), 0)
        : some.length;
  return new Map(
    [...members].map(([group, some]) => {
      const byStart = new Map<number, Row[]>();
      for (const row of some) {
        const start = startOf(interval, row.occurred_at);
        const list = byStart.get(start) ?? [];
        list.push(row);
        byStart.set(start, list);
      }
      return [group, { total: measure(some), byStart: new Map([...byStart].map(([start, list]) => [start, measure(list)])) }];
    }),
  );
}

// Seen to fail when width_bucket was taken without "- 1".
describe('GET /analytics/v1/metrics equals a count by hand', () => {
  const cases = METRICS.flatMap((metric) =>
    GROUPINGS.filter((grouping) => !(metric === 'new_customers' && grouping === 'type')).map((grouping) => [metric, grouping] as const),
  );

  it.each(cases)('%s by %s, in days of UTC', async (metric, grouping) => {
    const [from, to] = [daysAgo(20), daysAgo(6)];
    const { status, body } = await ask(
      `metric=${metric}&group_by=${grouping}&interval=day&timezone=utc&from=${dateOf(from)}&to=${dateOf(to)}`,
    );
    expect(status).toBe(200);
    expect(body.buckets).toEqual(Array.from({ length: 14 }, (_, i) => new Date(from.getTime() + i * DAY_MS).toISOString()));
    const expected = counted(metric, grouping, 'day', from, to);
    expect(new Set(body.series.map(({ group }) => group))).toEqual(new Set(expected.keys()));
    for (const { group, total, values } of body.series) {
      expect({ group, total }).toEqual({ group, total: expected.get(group)?.total });
      expect(values).toEqual(body.buckets.map((start) => expected.get(group)?.byStart.get(Date.parse(start)) ?? 0));
    }
    expect(body.series.map(({ total }) => total)).toEqual(body.series.map(({ total }) => total).sort((a, b) => b - a));
  });

  it.each(INTERVALS)('events by %s, with ends in the middle of an interval', async (interval) => {
    const [from, to] = [new Date(daysAgo(interval === 'hour' ? 12 : 80).getTime() + 5_000_000), new Date(daysAgo(4).getTime() + 7_777_000)];
    const { body } = await ask(`metric=events&interval=${interval}&timezone=utc&from=${from.toISOString()}&to=${to.toISOString()}`);
    const expected = counted('events', 'none', interval, from, to).get(null);
    expect(body.series).toHaveLength(1);
    expect(body.series[0]?.total).toBe(expected?.total);
    expect(body.series[0]?.values).toEqual(body.buckets.map((start) => expected?.byStart.get(Date.parse(start)) ?? 0));
    expect(body.buckets[0]).toBe(new Date(startOf(interval, from)).toISOString());
    expect(body.buckets.at(-1)).toBe(new Date(startOf(interval, new Date(to.getTime() - 1))).toISOString());
  });
});

describe('the answer', () => {
  it('200 with 30 days until now, in days of the account, without parameters but the metric', async () => {
    const { body } = await ask('metric=revenue');
    expect(body).toMatchObject({ metric: 'revenue', unit: 'cents', interval: 'day' });
    const length = Date.parse(body.to) - Date.parse(body.from);
    expect(Math.abs(length - 30 * DAY_MS)).toBeLessThanOrEqual(3_600_000);
    expect(Math.abs(Date.parse(body.to) - Date.now())).toBeLessThan(20_000);
    const account = await demo.get<{ timezone: string; currency: string }>('/account');
    expect([body.timezone, body.currency]).toEqual([account.body.timezone, account.body.currency]);
  });

  it('200 with zeros for an organization without events, and no series by group', async () => {
    const empty = await newAnalytics(operator);
    const { body } = await ask('metric=events&from=2026-10-01&to=2026-10-04', empty);
    expect(body.series).toEqual([{ group: null, total: 0, values: [0, 0, 0] }]);
    expect((await ask('metric=events&group_by=country', empty)).body.series).toEqual([]);
  });

  it('200 at most ten groups and (other)', async () => {
    const client = await newAnalytics(operator);
    const events = Array.from({ length: 12 }, (_, kind) =>
      Array.from({ length: 13 - kind }, (_, i) => ({
        id: `${kind}-${i}`,
        customer_id: `c${i}`,
        type: `type_${String.fromCharCode(97 + kind)}`,
        occurred_at: '2026-10-01T12:00:00Z',
      })),
    ).flat();
    await client.upload(events);
    const { body } = await ask('metric=events&group_by=type&from=2026-10-01&to=2026-10-02', client);
    expect(body.series).toHaveLength(11);
    expect(body.series.find(({ group }) => group === '(other)')?.total).toBe(2 + 3);
    const people = await ask('metric=active_customers&group_by=type&from=2026-10-01&to=2026-10-02', client);
    expect(people.body.series.find(({ group }) => group === '(other)')?.total).toBe(3);
  });

  it.each([
    ['Europe/Berlin', '2026-10-24', '2026-10-27', 'hour', 73],
    ['Europe/Berlin', '2026-03-28', '2026-03-31', 'hour', 71],
    ['Europe/Berlin', '2026-03-01', '2026-11-01', 'day', 245],
    ['Australia/Lord_Howe', '2026-04-03', '2026-04-07', 'day', 4],
    ['America/Santiago', '2026-08-01', '2026-10-01', 'day', 61],
    ['Africa/Cairo', '2026-04-01', '2026-11-01', 'day', 214],
    ['Asia/Kolkata', '2026-01-01', '2027-01-01', 'month', 12],
  ])('200 where clocks change: %s from %s to %s has its %s intervals', async (timezone, from, to, interval, count) => {
    const client = await newAnalytics(operator);
    expect((await client.patch('/account', { timezone })).status).toBe(200);
    const { body } = await ask(`metric=events&interval=${interval}&from=${from}&to=${to}`, client);
    expect(body.timezone).toBe(timezone);
    expect(body.buckets).toHaveLength(count);
    expect(body.buckets[0]).toBe(body.from);
  });

  it('an event at midnight belongs to the day of the account, not to that of UTC', async () => {
    const client = await newAnalytics(operator);
    await client.patch('/account', { timezone: 'Asia/Kolkata' });
    await client.upload([{ id: 'late', customer_id: 'c', type: 'x', occurred_at: '2026-10-01T19:00:00Z' }]);
    expect((await ask('metric=events&from=2026-10-01&to=2026-10-03', client)).body.series[0]?.values).toEqual([0, 1]);
    expect((await ask('metric=events&timezone=utc&from=2026-10-01&to=2026-10-03', client)).body.series[0]?.values).toEqual([1, 0]);
  });
});

describe('422', () => {
  it.each([
    ['', 'metric'],
    ['metric=x', 'metric'],
    ['metric=events&metric=revenue', 'metric'],
    ['metric=events&interval=year', 'interval'],
    ['metric=events&group_by=customer', 'group_by'],
    ['metric=new_customers&group_by=type', 'group_by'],
    ['metric=events&timezone=Europe/Berlin', 'timezone'],
    ['metric=events&from=2026-02-30', 'from'],
    ['metric=events&from=%00', 'from'],
    ['metric=events&from=2026-10-01T00:00:00', 'from'],
    ['metric=events&from=2026-10-01T00:00:00%2b25:00', 'from'],
    ['metric=events&from=2026-02-20&to=2026-02-20', 'to'],
    ['metric=events&from=2026-02-21&to=2026-02-20', 'to'],
    ['metric=events&from=2001-01-01', 'from'],
    ['metric=events&interval=hour&from=2025-01-01&to=2026-02-20', 'interval'],
    ['metric=events&zzz=1', 'zzz'],
    ['metric=events&org_id=org_x', 'org_id'],
  ])('for %j, and says where', async (query, location) => {
    const answer = await demo.get(`/metrics?${query}`);
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer).map((place) => place.replace('/', ''))).toEqual([location]);
  });
});
