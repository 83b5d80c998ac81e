import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { DAY_MS, locationsOf, newAnalytics, refusalOf, type Analytics } from './support/analytics.js';

let server: TestServer;
let operator: Operator;
let analytics: Analytics;

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  analytics = await newAnalytics(operator);
});
afterAll(() => server.stop());

const now = (): string => new Date().toISOString();
const event = (id: string, fields: object = {}): Record<string, unknown> => ({
  id,
  customer_id: 'cus_1',
  type: 'page_view',
  occurred_at: now(),
  ...fields,
});
const stored = async (orgId = analytics.orgId): Promise<number> =>
  (await server.sql('SELECT FROM analytics_events WHERE org_id = $1', [orgId])).length;

describe('POST /analytics/v1/events', () => {
  it('200 stores everything that was sent', async () => {
    const sent = event('full', {
      occurred_at: '2026-10-01T12:30:00.250+02:00',
      amount_cents: -4900,
      properties: { plan: 'growth', seats: 12, trial: false, coupon: null },
      customer_name: 'Núñez & Söhne',
      segment: 'mid_market',
      country: 'DE',
    });
    expect(await analytics.upload([sent])).toEqual({ accepted: 1, duplicates: 0 });
    const [row] = await server.sql(
      `SELECT id, customer_id, type, occurred_at, amount_cents, properties FROM analytics_events WHERE org_id = $1 AND id = 'full'`,
      [analytics.orgId],
    );
    expect(row).toEqual({
      id: 'full',
      customer_id: 'cus_1',
      type: 'page_view',
      occurred_at: new Date('2026-10-01T10:30:00.250Z'),
      amount_cents: '-4900',
      properties: sent['properties'],
    });
    const { body } = await analytics.get<{ customer: object }>('/customers/cus_1/summary');
    expect(body.customer).toMatchObject({
      name: 'Núñez & Söhne',
      segment: 'mid_market',
      country: 'DE',
      first_seen_at: '2026-10-01T10:30:00.250Z',
    });
  });

  it('200 for 1,000 events; the same again are all duplicates and change nothing', async () => {
    const client = await newAnalytics(operator);
    const events = Array.from({ length: 1_000 }, (_, i) => event(`e-${i}`, { customer_id: `c-${i % 7}`, amount_cents: i }));
    expect(await client.upload(events)).toEqual({ accepted: 1_000, duplicates: 0 });
    const again = events.map((one) => ({ ...one, amount_cents: 7, customer_id: 'somebody-else', customer_name: 'Changed' }));
    expect(await client.upload(again)).toEqual({ accepted: 0, duplicates: 1_000 });
    const [row] = await server.sql<{ count: string; sum: string }>(
      'SELECT count(*), sum(amount_cents) FROM analytics_events WHERE org_id = $1',
      [client.orgId],
    );
    expect(row).toEqual({ count: '1000', sum: String((999 * 1_000) / 2) });
    expect(
      await server.sql(`SELECT FROM analytics_customers WHERE org_id = $1 AND (name = 'Changed' OR id = 'somebody-else')`, [client.orgId]),
    ).toHaveLength(0);
  });

  it('422 for 1,001 events, for none and for something else, and nothing is stored', async () => {
    const before = await stored();
    const many = Array.from({ length: 1_001 }, (_, i) => event(`m-${i}`));
    for (const body of [{ events: many }, { events: [] }, {}, { events: 'x' }, { events: null }, { events: { 0: event('x') } }]) {
      const answer = await analytics.post('/events', body);
      expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
      expect(locationsOf(answer)).toEqual(['/events']);
    }
    expect(await stored()).toBe(before);
  });

  it('200 counts an id that is twice in one batch once', async () => {
    expect(await analytics.upload([event('twice'), event('twice'), event('once')])).toEqual({ accepted: 2, duplicates: 1 });
  });

  it('422 for one bad event among good ones: its place is named and nothing is stored', async () => {
    const before = await stored();
    const batch = Array.from({ length: 1_000 }, (_, i) => event(`b-${i}`, i === 617 ? { occurred_at: 'yesterday' } : {}));
    const answer = await analytics.post('/events', { events: batch });
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer)).toEqual(['/events/617/occurred_at']);
    expect(await stored()).toBe(before);
  });

  const days = (count: number): string => new Date(Date.now() - count * DAY_MS).toISOString();
  it.each<[string, object, string]>([
    ['an id with a space', { id: 'a b' }, 'id'],
    ['an empty id', { id: '' }, 'id'],
    ['an id of 65 characters', { id: 'x'.repeat(65) }, 'id'],
    ['no customer', { customer_id: undefined }, 'customer_id'],
    ['a customer that is a number', { customer_id: 5 }, 'customer_id'],
    ['a type in capitals', { type: 'PageView' }, 'type'],
    ['a time without offset', { occurred_at: '2026-10-01T12:00:00' }, 'occurred_at'],
    ['a date alone', { occurred_at: '2026-10-01' }, 'occurred_at'],
    ['30 February', { occurred_at: '2026-02-30T00:00:00Z' }, 'occurred_at'],
    ['a time 401 days ago', { occurred_at: days(401) }, 'occurred_at'],
    ['a time in ten minutes', { occurred_at: days(-1 / 144) }, 'occurred_at'],
    ['half a cent', { amount_cents: 0.5 }, 'amount_cents'],
    ['an amount as text', { amount_cents: '5' }, 'amount_cents'],
    ['an amount out of bounds', { amount_cents: 1_000_000_001 }, 'amount_cents'],
    ['nested properties', { properties: { a: {} } }, 'properties'],
    ['21 properties', { properties: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`p${i}`, i])) }, 'properties'],
    ['a property with NUL', { properties: { a: 'x\u0000' } }, 'properties'],
    ['properties as a list', { properties: [] }, 'properties'],
    ['a name with a control character', { customer_name: 'a\u0007' }, 'customer_name'],
    ['an empty name', { customer_name: '' }, 'customer_name'],
    ['a country in small letters', { country: 'de' }, 'country'],
    ['null as country', { country: null }, 'country'],
    ['another organization', { org_id: 'org_x' }, 'org_id'],
    ['an unknown field with / and ~', { 'a/b~': 1 }, 'a~1b~0'],
  ])('422 for %s', async (_, fields, field) => {
    const before = await stored();
    const answer = await analytics.post('/events', { events: [event('fine'), event('bad', fields)] });
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer)).toEqual([`/events/1/${field}`]);
    expect(await stored()).toBe(before);
  });

  it('4xx for half of a character, and nothing is stored', async () => {
    const before = await stored();
    expect([400, 422]).toContain((await analytics.post('/events', { events: [event('half', { properties: { a: '\ud800' } })] })).status);
    expect(await stored()).toBe(before);
  });

  it('422 lists 20 mistakes and says how many there are', async () => {
    const answer = await analytics.post('/events', { events: Array.from({ length: 30 }, (_, i) => event(`x-${i}`, { id: '' })) });
    expect(locationsOf(answer)).toHaveLength(20);
    expect(answer.body['detail']).toContain('30');
  });

  it('422 for events that are no objects', async () => {
    expect(locationsOf(await analytics.post('/events', { events: [null, 3, 'x', []] }))).toEqual([
      '/events/0',
      '/events/1',
      '/events/2',
      '/events/3',
    ]);
  });

  it('400 for broken JSON and 413 for more than 2 MiB', async () => {
    expect(refusalOf(await analytics.post('/events', '{"events":['))).toEqual([400, 'malformed_request']);
    expect(refusalOf(await analytics.post('/events', { events: [event('big', { properties: { a: 'x'.repeat(2_200_000) } })] }))).toEqual([
      413,
      'payload_too_large',
    ]);
  });

  it('events exactly at the edges of what is allowed are taken', async () => {
    const edge = [
      event('edge-old', { occurred_at: new Date(Date.now() - 400 * DAY_MS + 60_000).toISOString() }),
      event('edge-ahead', { occurred_at: new Date(Date.now() + 4 * 60_000).toISOString() }),
      event(`x${'y'.repeat(63)}`),
      event('edge-amount', { amount_cents: -1_000_000_000 }),
      event('edge-properties', { properties: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`p${i}`, 'v'.repeat(256)])) }),
    ];
    expect(await analytics.upload(edge)).toEqual({ accepted: 5, duplicates: 0 });
  });

  it('batches that cross each other store each event once and never deadlock', async () => {
    const client = await newAnalytics(operator);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, k) => {
        const events = Array.from({ length: 300 }, (_, i) =>
          event(`x-${(i * 7 + k * 13) % 500}`, { customer_id: `c-${(i + k * 3) % 40}` }),
        );
        return client.upload(k % 2 ? events.toReversed() : events);
      }),
    );
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(await stored(client.orgId));
    expect(await stored(client.orgId)).toBe(500);
  });

  it('the newest name of a customer stays, in whatever order its events come', async () => {
    const client = await newAnalytics(operator);
    await client.upload([
      event('n2', { occurred_at: '2026-10-02T00:00:00Z', customer_name: 'Second' }),
      event('n1', { occurred_at: '2026-10-01T00:00:00Z', customer_name: 'First' }),
    ]);
    const { body } = await client.get<{ customer: object }>('/customers/cus_1/summary');
    expect(body.customer).toMatchObject({
      name: 'Second',
      first_seen_at: '2026-10-01T00:00:00.000Z',
      last_seen_at: '2026-10-02T00:00:00.000Z',
    });
  });

  it('one audit event for a batch with new events, none for one without', async () => {
    const client = await newAnalytics(operator);
    await client.upload([event('a'), event('b')]);
    await client.upload([event('a')]);
    const rows = await server.sql<{ details: object }>(
      `SELECT details FROM audit_events WHERE org_id = $1 AND action = 'analytics.events.ingested'`,
      [client.orgId],
    );
    expect(rows.map(({ details }) => details)).toEqual([{ accepted: 2, duplicates: 0 }]);
  });
});
