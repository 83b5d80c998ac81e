import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { call, requestToken, tokenOf } from '../support/requests.js';
import { DatabaseProxy } from './support/database-proxy.js';
import { EmptyDatabase } from './support/empty-database.js';
import { keySettings, listeners, newOperator, operatorSettings, pause, Product } from './support/product.js';

const REPLICAS = 10;

describe(`${REPLICAS} processes started together on an empty database`, () => {
  let database: EmptyDatabase;
  let door: DatabaseProxy;
  let products: { product: Product; url: string }[];
  const operator = newOperator();

  beforeAll(async () => {
    database = await EmptyDatabase.create();
    // All of them wait at the door of the database and are let in at once: on two cores they would else come one by one.
    door = await DatabaseProxy.before(database.settings.MIGRATION_DATABASE_URL);
    door.silent();
    const shared = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://auth.example.com',
      INTERNAL_URL: 'https://auth.internal.example.com',
      DATABASE_POOL_SIZE: '5',
      // Nine wait while one makes RSA keys, which may take ten times as long where ten start on two cores.
      DATABASE_STATEMENT_TIMEOUT_MS: '60000',
      ...database.settings,
      MIGRATION_DATABASE_URL: door.urlFor(database.settings.MIGRATION_DATABASE_URL),
      ...keySettings(),
      ...operatorSettings(operator),
    };
    const places = await Promise.all(Array.from({ length: REPLICAS }, listeners));
    products = places.map(({ url, environment }) => ({ url, product: Product.run({ ...environment, ...shared }) }));
    while (door.connections < REPLICAS && products.every(({ product }) => !product.hasEnded)) await pause(50);
    await door.up();
    await Promise.all(places.map(({ readyUrl }, i) => products[i]!.product.ready(readyUrl, 220_000)));
  }, 480_000);
  afterAll(async () => {
    await Promise.all(products.map(({ product }) => product.stop()));
    await door.close();
    await database.drop();
  });

  // Seen to fail without pg_advisory_xact_lock in the migrator: a unique index of the catalogue ends all starts but one.
  it('MIG-1 all become ready, and one of them migrated', () => {
    expect(products.filter(({ product }) => product.output.includes('applied '))).toHaveLength(1);
    expect(products.filter(({ product }) => product.hasEnded)).toHaveLength(0);
  });

  it('each migration is recorded once', async () => {
    const rows = await database.sql<{ name: string }>('SELECT name FROM migrations');
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThanOrEqual(4);
  });

  // Seen to fail without the lock in SigningKeysRepository: the unique index ends some of the starts.
  it('there is one signing key per zone and algorithm, and every replica publishes the same set', async () => {
    const keys = await database.sql<{ zone: string; alg: string }>('SELECT zone, alg FROM signing_keys ORDER BY zone, alg');
    expect(keys.map(({ zone, alg }) => `${zone} ${alg}`)).toEqual(['external ES256', 'external PS256', 'external RS256', 'internal ES256']);
    const published = await Promise.all(products.map(async ({ url }) => (await fetch(`${url}/.well-known/jwks.json`)).text()));
    expect(new Set(published).size).toBe(1);
    expect((JSON.parse(published[0]!) as { keys: unknown[] }).keys).toHaveLength(3);
  });

  it('there is one operator with one secret, and the system APIs once', async () => {
    expect(await database.sql('SELECT id FROM service_principals')).toEqual([{ id: operator.client_id }]);
    expect(await database.sql('SELECT FROM client_secrets')).toHaveLength(1);
    const apis = await database.sql<{ identifier: string }>('SELECT identifier FROM api_resources ORDER BY identifier');
    expect(apis.map(({ identifier }) => identifier)).toEqual([
      'dashboards',
      'export',
      'https://auth.example.com/analytics',
      'https://auth.example.com/mcp',
      'https://auth.example.com/oauth/userinfo',
      'https://auth.example.com/v1',
    ]);
    const created = await database.sql<{ action: string; count: string }>(
      `SELECT action, count(*) FROM audit_events WHERE action LIKE '%.created' OR action LIKE 'signing_key.%' GROUP BY action ORDER BY action`,
    );
    expect(created).toEqual([
      { action: 'api.created', count: '6' },
      { action: 'service_principal.created', count: '1' },
      { action: 'signing_key.activated', count: '4' },
    ]);
  });

  it('a token of any replica is good at any other', async () => {
    const token = await tokenOf(products[0]!.url, operator);
    const statuses = await Promise.all(products.map(async ({ url }) => (await call('GET', `${url}/v1/orgs`, token)).status));
    expect(statuses).toEqual(Array.from({ length: REPLICAS }, () => 200));
  });
});

// The first part is seen to fail when ChangeListener neither listens nor polls, the second when it does not connect again.
describe.each(['with notifications', 'while LISTEN connections are being cut'])(
  'a change at one replica is effective at the other within 2 s, %s',
  (how) => {
    let server: TestServer;
    let other: { url: string };
    let operator: Operator;
    let principal: PrincipalMade;
    let cutting: NodeJS.Timeout | undefined;
    const analytics = (): string => `${server.url}/analytics`;
    const pathOf = (): string => `${server.url}/v1/orgs/${server.orgs[0].id}/service-principals/${principal.id}`;

    beforeAll(async () => {
      server = await startTestServer();
      other = await server.replica();
      operator = await Operator.of(server);
    });
    afterEach(() => clearInterval(cutting));
    afterAll(() => server.stop());

    async function cutListeners(): Promise<void> {
      if (!how.startsWith('while')) return;
      await server.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'countersign-listen' AND datname = current_database()`,
      );
    }

    /** The principal is in the other replica's memory before the change. */
    async function known(fields: Record<string, unknown> = {}): Promise<void> {
      principal = await operator.aServicePrincipal(server.orgs[0].id, fields);
      await expect.poll(() => statusThere(), { timeout: 3_000, interval: 50 }).toBe(200);
      await cutListeners();
    }

    async function statusThere(secret = principal.client_secret, more: Record<string, string> = {}): Promise<number> {
      return (await requestToken(other.url, { client_id: principal.client_id, client_secret: secret, audience: analytics() }, more)).status;
    }

    const within2s = { timeout: 2_000, interval: 25 };

    it('a new secret works', async () => {
      await known();
      const made = await operator.create<{ client_secret: string }>(`${pathOf().slice(server.url.length)}/secrets`, {});
      await expect.poll(() => statusThere(made.client_secret), within2s).toBe(200);
    });

    it('a disabled principal gets no token, and its tokens are refused', async () => {
      await known();
      const token = await tokenOf(other.url, { ...principal, audience: analytics() });
      expect((await call('GET', `${other.url}/analytics/v1/customers`, token)).status).toBe(200);
      expect((await call('POST', `${pathOf()}/disable`, operator.token)).status).toBeLessThan(300);
      await expect
        .poll(async () => [await statusThere(), (await call('GET', `${other.url}/analytics/v1/customers`, token)).status], within2s)
        .toEqual([401, 401]);
    });

    it('a changed grant counts', async () => {
      await known();
      expect(await statusThere(undefined, { scope: 'read:reports' })).toBe(400);
      const answer = await call('PATCH', pathOf(), operator.token, { grants: [{ audience: analytics(), scopes: ['read:reports'] }] });
      expect(answer.status).toBe(200);
      await expect
        .poll(
          async () => [
            await statusThere(undefined, { scope: 'read:reports' }),
            await statusThere(undefined, { scope: 'read:analytics-data' }),
          ],
          within2s,
        )
        .toEqual([200, 400]);
    });

    it('and a change made exactly while nobody listens is not lost', async () => {
      await known();
      if (how.startsWith('while')) cutting = setInterval(() => void cutListeners(), 150);
      expect((await call('POST', `${pathOf()}/disable`, operator.token)).status).toBeLessThan(300);
      await pause(600);
      clearInterval(cutting);
      await expect.poll(() => statusThere(), within2s).toBe(401);
    });
  },
);
