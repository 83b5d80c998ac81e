import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type DemoCredential, type TestServer } from '../support/countersign.js';
import { launch, type LaunchedServer } from '../support/launch.js';
import { call, postForm, requestToken, tokenOf, type Answer } from '../support/requests.js';
import { DatabaseProxy } from './support/database-proxy.js';
import { pause } from './support/product.js';

let server: TestServer;
let proxy: DatabaseProxy;
/** The replica whose way to the database is cut. */
let replica: LaunchedServer;
let url: string;
let opsUrl: string;
let principal: DemoCredential;
let analyticsToken: string;
let managementToken: string;

beforeAll(async () => {
  server = await startTestServer();
  proxy = await DatabaseProxy.before(server.files.runtimeUrl);
  replica = await launch(server.files, {
    PUBLIC_URL: server.url,
    DATABASE_URL: proxy.urlFor(server.files.runtimeUrl),
    DATABASE_STATEMENT_TIMEOUT_MS: '2000',
    DYNAMIC_REGISTRATION: 'open',
  });
  ({ url, opsUrl } = replica);
  principal = server.orgs[0].service_principals[0]!;
  analyticsToken = await tokenOf(url, principal);
  managementToken = await tokenOf(url, server.demo.operator);
});
afterAll(async () => {
  await replica.process.stop();
  await proxy.close();
  await server.stop();
});

const status = async (address: string): Promise<number> => (await fetch(address, { signal: AbortSignal.timeout(10_000) })).status;

async function recovered(): Promise<void> {
  await expect
    .poll(async () => [(await requestToken(url, principal)).status, await status(`${opsUrl}/health/ready`)], {
      timeout: 8_000,
      interval: 100,
    })
    .toEqual([200, 200]);
}

function expectTemporarilyUnavailable(answer: Answer): void {
  expect({ status: answer.status, error: answer.body['error'] }).toEqual({ status: 503, error: 'temporarily_unavailable' });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.body).not.toHaveProperty('access_token');
}

function expectUnavailableProblem(answer: Answer): void {
  expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status: 503, code: 'service_unavailable' });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}

/** What must hold while the database is away, whichever way it went. */
function whileAway(): void {
  it('503 temporarily_unavailable with Retry-After for a client in memory, and never invalid_client', async () => {
    expectTemporarilyUnavailable(await requestToken(url, principal));
  });

  it('503 too for a client that is not in memory, right or wrong: nobody is told that they are unknown', async () => {
    const other = server.orgs[1].service_principals[1]!;
    expectTemporarilyUnavailable(await requestToken(url, other));
    expectTemporarilyUnavailable(await requestToken(url, { ...other, client_id: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc' }));
  });

  it('T12 503 for an app of a person, which would forget its registration for an invalid_client, and for one that registers itself', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' };
    expectTemporarilyUnavailable(await postForm(`${url}/oauth/token`, form));
    const metadata = { redirect_uris: ['https://app.example/callback'] };
    expectTemporarilyUnavailable(await call('POST', `${url}/oauth/register`, undefined, metadata));
  });

  it('503 for a revocation, which is not confirmed unless it is stored', async () => {
    expectTemporarilyUnavailable(
      await postForm(`${url}/oauth/revoke`, {
        token: analyticsToken,
        client_id: principal.client_id,
        client_secret: principal.client_secret,
      }),
    );
  });

  it('503 for an introspection 2 s after the last word: what was revoked meanwhile is not known', async () => {
    const { client_id, client_secret } = principal;
    const ask = (): Promise<Answer> => postForm(`${url}/oauth/introspect`, { token: analyticsToken, client_id, client_secret });
    await expect.poll(async () => (await ask()).status, { timeout: 15_000, interval: 200 }).toBe(503);
    expectTemporarilyUnavailable(await ask());
  });

  it('503 as a problem from the management API and from the reference API, behind guards that go on judging tokens', async () => {
    expectUnavailableProblem(await call('GET', `${url}/v1/orgs`, managementToken));
    expectUnavailableProblem(await call('GET', `${url}/analytics/v1/account`, analyticsToken));
    expect((await call('GET', `${url}/analytics/v1/account`, `${analyticsToken}x`)).status).toBe(401);
    expect((await call('GET', `${url}/analytics/v1/account`, managementToken)).status).toBe(401);
    expect((await call('GET', `${url}/v1/orgs`, undefined)).status).toBe(401);
  });

  it('HLT-3 200 from memory for keys, discovery and what needs no database', async () => {
    for (const path of [
      '/.well-known/jwks.json',
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/.well-known/oauth-protected-resource/analytics',
      '/docs/openapi.json',
    ]) {
      expect({ path, status: await status(url + path) }).toEqual({ path, status: 200 });
    }
  });

  it('HLT-1 200 for live, 503 for ready, and the report names the database and nothing else', async () => {
    for (const base of [url, opsUrl]) {
      expect(await status(`${base}/health/live`)).toBe(200);
      const ready = await call<{ checks: Record<string, string> }>('GET', `${base}/health/ready`, undefined);
      expect({ status: ready.status, checks: ready.body.checks }).toEqual({
        status: 503,
        checks: { database: 'failing', signing_keys: 'ok', certificate_authority: 'ok', accepting: 'ok' },
      });
    }
  });
}

describe('while the database is down', () => {
  beforeAll(() => proxy.down());
  whileAway();

  it('it recovers by itself, without a restart', async () => {
    await proxy.up();
    await recovered();
    expect((await call('GET', `${url}/analytics/v1/account`, analyticsToken)).status).toBe(200);
    expect((await call('GET', `${url}/v1/orgs`, managementToken)).status).toBe(200);
  });

  it('and a revocation made elsewhere meanwhile counts within 2 s of the return', async () => {
    const token = await tokenOf(url, principal);
    await proxy.down();
    await postForm(`${server.url}/oauth/revoke`, { token, client_id: principal.client_id, client_secret: principal.client_secret });
    await pause(500);
    await proxy.up();
    await expect
      .poll(async () => (await call('GET', `${url}/analytics/v1/account`, token)).status, { timeout: 2_000, interval: 50 })
      .toBe(401);
  });
});

describe('while the database takes connections and says nothing', () => {
  beforeAll(() => proxy.silent());
  whileAway();

  it('it recovers by itself when the answers come again', async () => {
    await proxy.up();
    await recovered();
    expect((await call('GET', `${url}/analytics/v1/account`, analyticsToken)).status).toBe(200);
  });
});

describe('while the audit log cannot be written', () => {
  const BROKEN: [string, string, string][] = [
    [
      'the disk is full',
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON audit_events EXECUTE FUNCTION full_disk()`,
      'DROP FUNCTION full_disk() CASCADE',
    ],
    [
      'the role may not insert',
      'REVOKE INSERT ON audit_events FROM countersign_platform, countersign_tenant',
      'GRANT INSERT ON audit_events TO countersign_platform, countersign_tenant',
    ],
    ['the table is gone', 'ALTER TABLE audit_events RENAME TO audit_events_away', 'ALTER TABLE audit_events_away RENAME TO audit_events'],
  ];
  let mend: string | undefined;
  afterEach(async () => {
    if (mend) await server.sql(mend);
    mend = undefined;
  });

  it.each(BROKEN)(
    '503 and never a token when %s; a state change is not made either; it recovers by itself',
    async (_, breaking, mending) => {
      mend = mending;
      await server.sql(breaking);
      for (const answer of await Promise.all(Array.from({ length: 8 }, () => requestToken(url, principal))))
        expectTemporarilyUnavailable(answer);
      const org = await call('POST', `${url}/v1/orgs`, managementToken, { name: 'Never made' });
      expect(org.status).toBeGreaterThanOrEqual(500);
      await server.sql(mending);
      mend = undefined;
      expect((await requestToken(url, principal)).status).toBe(200);
      expect(await server.sql(`SELECT FROM orgs WHERE name = 'Never made'`)).toHaveLength(0);
    },
  );

  // Seen to fail when AuditWriter.afterFailure rejects the whole batch instead of trying it row by row.
  it('one poisoned row fails alone, and the other tokens of its batch are issued and recorded', async () => {
    mend = 'DROP FUNCTION poison() CASCADE';
    await server.sql(`CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.user_agent = 'poison' THEN RAISE EXCEPTION 'poisoned' USING ERRCODE = '22P05'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER poison BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION poison()`);
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...pick(principal) }).toString();
    const agents = Array.from({ length: 40 }, (_, i) => (i % 10 === 3 ? 'poison' : `sound-${i}`));
    const answers = await Promise.all(agents.map((agent) => postForm(`${url}/oauth/token`, form, { 'user-agent': agent })));
    expect(answers.map(({ status: code }) => code)).toEqual(agents.map((agent) => (agent === 'poison' ? 503 : 200)));
    const [row] = await server.sql<{ count: string }>(`SELECT count(*) FROM audit_events WHERE user_agent LIKE 'sound-%'`);
    expect(Number(row?.count)).toBe(36);
  });
});

function pick({ client_id, client_secret, audience }: DemoCredential): Record<string, string> {
  return { client_id, client_secret, audience };
}
