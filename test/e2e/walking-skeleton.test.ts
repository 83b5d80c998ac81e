import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type DemoOrgEntry, type TestServer } from '../support/countersign.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const run = promisify(execFile);

/** What a newcomer types: the real curl, status on the last line. */
async function curl(...options: string[]): Promise<{ status: number; body: Record<string, unknown> }> {
  const { stdout } = await run('curl', ['-sS', '-w', '\n%{http_code}', ...options]);
  const end = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(end + 1)), body: JSON.parse(stdout.slice(0, end)) as Record<string, unknown> };
}

async function tokenByCurl(org: DemoOrgEntry, more: string[] = []): Promise<{ status: number; body: Record<string, unknown> }> {
  const client = org.service_principals[0]!;
  const form = [
    'grant_type=client_credentials',
    `client_id=${client.client_id}`,
    `client_secret=${client.client_secret}`,
    `audience=${server.url}/analytics`,
    ...more,
  ];
  return curl(`${server.url}/oauth/token`, ...form.flatMap((field) => ['-d', field]));
}

// Seen to fail when RLS of analytics_events was dropped and the WHERE clause of the metrics left out.
describe('the README path, by curl', () => {
  it('200 with a token for a form body with audience, and the token says which organization it is of', async () => {
    const { status, body } = await tokenByCurl(server.orgs[0]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      org_id: server.orgs[0].id,
      aud: `${server.url}/analytics`,
      iss: server.url,
    });
  });

  it('200 with the metrics of that organization only', async () => {
    const totals: number[] = [];
    for (const org of server.orgs) {
      const { body: token } = await tokenByCurl(org, ['scope=read:analytics-data']);
      const period = 'from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z';
      const answer = await curl(
        `${server.url}/analytics/v1/metrics?metric=events&interval=month&timezone=utc&${period}`,
        '-H',
        `Authorization: Bearer ${String(token['access_token'])}`,
      );
      expect(answer.status).toBe(200);
      const [series] = answer.body['series'] as { total: number }[];
      const [row] = await server.sql<{ count: string }>('SELECT count(*) FROM analytics_events WHERE org_id = $1', [org.id]);
      expect(series?.total).toBe(Number(row?.count));
      totals.push(series?.total ?? 0);
    }
    expect(Math.min(...totals)).toBeGreaterThan(10_000);
    expect(totals[0]).not.toBe(totals[1]);
  });

  it('401 with a challenge for the same call without the token, and 401 with a changed one', async () => {
    const { body } = await tokenByCurl(server.orgs[0]);
    const [head, , signature] = String(body['access_token']).split('.');
    const [, other] = String((await tokenByCurl(server.orgs[1])).body['access_token']).split('.');
    const url = `${server.url}/analytics/v1/metrics?metric=events`;
    const { stdout } = await run('curl', ['-sS', '-i', url]);
    expect(stdout).toMatch(/^HTTP\/1\.1 401/);
    expect(stdout.toLowerCase()).toContain('www-authenticate: bearer');
    expect((await curl(url, '-H', `Authorization: Bearer ${head}.${other}.${signature}`)).status).toBe(401);
  });

  it('200 with the discovery document that leads to the token endpoint and the keys', async () => {
    const { body } = await curl(`${server.url}/.well-known/oauth-authorization-server`);
    expect(body).toMatchObject({ issuer: server.url, token_endpoint: `${server.url}/oauth/token` });
    expect((await curl(String(body['jwks_uri']))).body['keys']).not.toHaveLength(0);
  });
});
