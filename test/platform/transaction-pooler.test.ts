import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { call, tokenOf } from '../support/requests.js';
import { hasPgBouncer, TransactionPooler } from './support/transaction-pooler.js';

const ROUNDS = 100;

// CI installs PgBouncer; without it the file says that it was skipped.
describe.skipIf(!hasPgBouncer)('a replica whose DATABASE_URL is PgBouncer in transaction mode', () => {
  let server: TestServer;
  let pooler: TransactionPooler;
  let replica: { url: string };

  beforeAll(async () => {
    server = await startTestServer();
    pooler = await TransactionPooler.before(server.files.runtimeUrl);
    replica = await server.replica({ DATABASE_URL: pooler.urlFor(server.files.runtimeUrl), DATABASE_LISTEN_URL: server.files.runtimeUrl });
  });
  afterAll(async () => {
    await server.stop();
    await pooler.stop();
  });

  // Seen to fail, at the replica's start, with the timeouts as start-up parameters: PgBouncer refuses those.
  it('issues tokens, and every tenant reads its own rows while transactions share connections', async () => {
    const customers = async (url: string, token: string): Promise<string> => {
      const { status, body } = await call('GET', `${url}/analytics/v1/customers?limit=3`, token);
      return JSON.stringify({ status, body });
    };
    const tenants = await Promise.all(
      server.orgs.map(async ({ service_principals: [principal] }) => {
        const token = await tokenOf(replica.url, principal!);
        return { token, rows: await customers(server.url, token) };
      }),
    );
    expect(tenants[0]!.rows).not.toBe(tenants[1]!.rows);
    const mixed = Array.from({ length: ROUNDS }, (_, i) => tenants[i % tenants.length]!);
    const seen = await Promise.all(mixed.map(({ token }) => customers(replica.url, token)));
    expect(seen).toEqual(mixed.map(({ rows }) => rows));
  });
});
