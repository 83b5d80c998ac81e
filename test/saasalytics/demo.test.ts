import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { call, tokenOf } from '../support/requests.js';
import { DAY_MS, demoAnalytics } from './support/analytics.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe('the demo', () => {
  it('has two organizations and about 100,000 events, which cover the last 90 days', async () => {
    expect(server.demo.orgs).toHaveLength(2);
    const rows = await server.sql<{ org_id: string; events: string; customers: string; days: string; first: Date; last: Date }>(
      `SELECT org_id, count(*) AS events, count(DISTINCT customer_id) AS customers, count(DISTINCT (occurred_at AT TIME ZONE 'UTC')::date) AS days, min(occurred_at) AS first, max(occurred_at) AS last
       FROM analytics_events GROUP BY org_id`,
    );
    expect(rows.map(({ org_id }) => org_id).sort()).toEqual(server.orgs.map(({ id }) => id).sort());
    const total = rows.reduce((sum, { events }) => sum + Number(events), 0);
    expect(total).toBeGreaterThan(90_000);
    expect(total).toBeLessThan(110_000);
    for (const { days, customers, first, last } of rows) {
      expect(Number(days)).toBe(90);
      expect(Number(customers)).toBeGreaterThan(100);
      expect(Date.now() - first.getTime()).toBeLessThan(92 * DAY_MS);
      expect(last.getTime()).toBeLessThanOrEqual(Date.now());
      expect(Date.now() - last.getTime()).toBeLessThan(2 * DAY_MS);
    }
  });

  it('every credential of demo.json gets its token, with the scope and for the API that it names', async () => {
    for (const { service_principals } of server.demo.orgs) {
      expect(service_principals.length).toBeGreaterThanOrEqual(3);
      for (const credential of service_principals) {
        const token = await tokenOf(server.url, {
          ...credential,
          audience: credential.audience.replace(server.demo.public_url, server.url),
        });
        const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { scope: string };
        expect(claims.scope).toBe(credential.scope);
      }
    }
  });

  it('the app of somebody else is approved and admitted by both organizations', async () => {
    const operator = await tokenOf(server.url, server.demo.operator);
    const [app] = server.demo.apps ?? [];
    for (const { id } of server.orgs) {
      const policy = await call<{ app_ids: string[] }>('GET', `${server.url}/v1/orgs/${id}/app-policy`, operator);
      expect(policy.body.app_ids).toEqual([app?.client_id]);
    }
    const registered = await call('GET', `${server.url}/v1/apps/${app?.client_id}`, operator);
    expect(registered.body).toMatchObject({
      state: 'approved',
      redirect_uris: app?.redirect_uris,
      grants: [
        { audience: `${server.url}/analytics`, scopes: app?.scope.split(' ') },
        { audience: `${server.url}/oauth/userinfo`, scopes: ['openid', 'profile', 'email'] },
      ],
    });
  });

  it('the tenant’s administrator manages its own organization with it', async () => {
    for (const org of server.orgs) {
      const administrator = org.service_principals.find(({ audience }) => audience.endsWith('/v1'))!;
      const token = await tokenOf(server.url, { ...administrator, audience: `${server.url}/v1` });
      const answer = await call<{ data: { id: string }[] }>('GET', `${server.url}/v1/orgs`, token);
      expect(answer.body.data.map(({ id }) => id)).toEqual([org.id]);
    }
  });

  it('the two organizations have data of their own, with money in and out', async () => {
    const [first, second] = [await demoAnalytics(server, 0), await demoAnalytics(server, 1)];
    const reports = await Promise.all(
      [first, second].map((org) =>
        org.post<{ result: { gross_cents: number; refunded_cents: number; subscriptions_canceled: number } }>('/reports', {
          kind: 'financial',
          from: new Date(Date.now() - 91 * DAY_MS).toISOString(),
        }),
      ),
    );
    for (const { body } of reports)
      for (const figure of [body.result.gross_cents, body.result.refunded_cents, body.result.subscriptions_canceled])
        expect(figure).toBeGreaterThan(0);
    expect(reports[0]?.body.result).not.toEqual(reports[1]?.body.result);
  });

  it('a second start adds nothing', async () => {
    const before = await server.sql('SELECT count(*) FROM analytics_events');
    await server.replica();
    expect(await server.sql('SELECT count(*) FROM analytics_events')).toEqual(before);
    expect(await server.sql(`SELECT FROM orgs WHERE external_id LIKE 'demo-%'`)).toHaveLength(2);
  });
});
