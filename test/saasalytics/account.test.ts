import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { locationsOf, newAnalytics, refusalOf } from './support/analytics.js';

let server: TestServer;
let operator: Operator;

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
});
afterAll(() => server.stop());

describe('GET /analytics/v1/account', () => {
  it('200 makes the account at the first read, with UTC and USD, also when eight read first', async () => {
    const client = await newAnalytics(operator);
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.get('/account')));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({ org_id: client.orgId, timezone: 'UTC', currency: 'USD', billing_email: null });
    expect(await server.sql('SELECT FROM analytics_accounts WHERE org_id = $1', [client.orgId])).toHaveLength(1);
  });
});

describe('PATCH /analytics/v1/account', () => {
  it('200 changes what is sent and nothing else; null removes the address', async () => {
    const client = await newAnalytics(operator);
    const first = await client.patch('/account', {
      display_name: 'New',
      timezone: 'Asia/Kolkata',
      currency: 'INR',
      billing_email: 'a@b.example',
    });
    expect(first.body).toMatchObject({ display_name: 'New', timezone: 'Asia/Kolkata', currency: 'INR', billing_email: 'a@b.example' });
    const second = await client.patch('/account', { billing_email: null });
    expect(second.body).toEqual({ ...first.body, billing_email: null, updated_at: expect.any(String) as string });
    expect((await client.get('/account')).body).toEqual(second.body);
  });

  it('200 without changing anything for an empty body or the same values, and no audit event', async () => {
    const client = await newAnalytics(operator);
    const { body } = await client.patch('/account', { display_name: 'Same' });
    for (const change of [{}, { display_name: 'Same' }, { timezone: 'UTC' }])
      expect((await client.patch('/account', change)).body).toEqual(body);
    expect(
      await server.sql(`SELECT FROM audit_events WHERE org_id = $1 AND action = 'analytics.account.updated'`, [client.orgId]),
    ).toHaveLength(1);
  });

  it('the audit event names the fields, never the address', async () => {
    const client = await newAnalytics(operator);
    await client.patch('/account', { billing_email: 'private@person.example', currency: 'EUR' });
    const rows = await server.sql<{ details: { changed: string[] } }>(
      `SELECT details FROM audit_events WHERE org_id = $1 AND action = 'analytics.account.updated'`,
      [client.orgId],
    );
    expect(rows.map(({ details }) => [...details.changed].sort())).toEqual([['billing_email', 'currency']]);
    expect(JSON.stringify(rows)).not.toContain('private@person.example');
  });

  it('changes at the same time do not undo each other', async () => {
    const client = await newAnalytics(operator);
    await Promise.all([
      client.patch('/account', { display_name: 'Both' }),
      client.patch('/account', { currency: 'CHF' }),
      client.patch('/account', { timezone: 'Europe/Zurich' }),
    ]);
    expect((await client.get('/account')).body).toMatchObject({ display_name: 'Both', currency: 'CHF', timezone: 'Europe/Zurich' });
  });

  it.each<[object]>([
    [{ timezone: 'Mars/X' }],
    [{ timezone: '+01:00' }],
    [{ timezone: 'EST' }],
    [{ timezone: 'europe/berlin' }],
    [{ timezone: null }],
    [{ timezone: 5 }],
    [{ currency: 'XXQ' }],
    [{ currency: 'eur' }],
    [{ currency: null }],
    [{ display_name: '' }],
    [{ display_name: null }],
    [{ display_name: 'a\u0000' }],
    [{ display_name: ['a'] }],
    [{ display_name: 'x'.repeat(121) }],
    [{ billing_email: 'x' }],
    [{ billing_email: ['a@b.example'] }],
    [{ plan: 'scale' }],
    [{ org_id: 'org_x' }],
    [{ created_at: '2020-01-01' }],
  ])('422 for %j, and nothing is stored', async (change) => {
    const client = await newAnalytics(operator);
    const { body } = await client.get('/account');
    const answer = await client.patch('/account', { currency: 'EUR', ...change });
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer)).toEqual([`/${Object.keys(change)[0]}`]);
    expect((await client.get('/account')).body).toEqual(body);
  });
});
