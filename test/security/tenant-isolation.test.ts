import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TenantTransactions, type Transaction } from '../../src/platform/database/index.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { call, tokenOf } from '../support/requests.js';

const OPERATIONS_IN_SQL = 6_000;
const REQUESTS_BY_HTTP = 4_000;
const PARALLEL = 8;
const TABLES = [
  'analytics_customers',
  'analytics_events',
  'analytics_accounts',
  'analytics_reports',
  'service_principals',
  'client_secrets',
  'audit_events',
  'usage_rollups',
  'members',
];

let server: TestServer;
let dataSource: DataSource;
let tenants: TenantTransactions;
let tokens: readonly [string, string];

beforeAll(async () => {
  server = await startTestServer();
  // The class and the login that the product uses, on a pool small enough that every connection changes hands all the time.
  dataSource = await new DataSource({ type: 'postgres', url: server.files.runtimeUrl, extra: { max: 3 } }).initialize();
  tenants = new TenantTransactions(dataSource, 10_000);
  tokens = [
    await tokenOf(server.url, server.orgs[0].service_principals[0]!),
    await tokenOf(server.url, server.orgs[1].service_principals[0]!),
  ];
  for (const [i, token] of tokens.entries()) {
    const events = Array.from({ length: 20 }, (_, n) => ({
      id: `marker-${n}`,
      customer_id: `of-org-${i}-${n}`,
      type: 'page_view',
      occurred_at: new Date().toISOString(),
    }));
    const answer = await call('POST', `${server.url}/analytics/v1/events`, token, { events });
    expect(answer.status).toBeLessThan(300);
  }
});
afterAll(async () => {
  await dataSource.destroy();
  await server.stop();
});

const random = (below: number): number => Math.floor(Math.random() * below);
const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;

class Aborted extends Error {}

/** What a transaction of one organization could see or touch of another; every query is written without any filter. */
const PROBES: ((tx: Transaction, org: string) => Promise<number>)[] = [
  async (tx, org) =>
    (await tx.manager.query<{ org_id: string }[]>(`SELECT org_id FROM ${pick(TABLES)} ORDER BY random() LIMIT 50`)).filter(
      (row) => row.org_id !== org,
    ).length,
  async (tx, org) =>
    Number(
      (
        await tx.manager.query<{ count: string }[]>(
          `SELECT count(*) FROM ${pick(['analytics_customers', 'service_principals'])} WHERE org_id <> $1`,
          [org],
        )
      )[0]?.count,
    ),
  async (tx, org) =>
    (await tx.manager.query<[unknown[], number]>(`UPDATE analytics_accounts SET display_name = 'taken' WHERE org_id <> $1`, [org]))[1],
  async (tx, org) => (await tx.manager.query<[unknown[], number]>('DELETE FROM service_principals WHERE org_id <> $1', [org]))[1],
  async (tx) => {
    await tx.manager.query('SELECT 1/0');
    return 0;
  },
  async () => {
    throw new Aborted();
  },
];

async function foreignRowsInSql(operations: number): Promise<number> {
  let foreign = 0;
  const orgs = server.orgs.map(({ id }) => id);
  const worker = async (): Promise<void> => {
    for (let i = 0; i < operations / PARALLEL; i++) {
      const org = pick(orgs);
      try {
        foreign += await tenants.run(org, (tx) => pick(PROBES)(tx, org));
      } catch (error) {
        if (!(error instanceof Aborted) && !String(error).includes('division by zero')) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return foreign;
}

async function foreignAnswersByHttp(requests: number): Promise<number> {
  let foreign = 0;
  const worker = async (): Promise<void> => {
    for (let i = 0; i < requests / PARALLEL; i++) {
      const [me, other] = pick([
        [0, 1],
        [1, 0],
      ] as const);
      const path = pick([
        '/analytics/v1/customers?limit=100',
        `/analytics/v1/customers?limit=${1 + random(100)}`,
        `/analytics/v1/customers/of-org-${other}-${random(20)}/summary`,
        '/analytics/v1/account',
        '/analytics/v1/metrics?metric=%00',
        `/analytics/v1/reports/rep_01kaj6q8f2e4tbp0m9d3s7x5zc`,
      ]);
      const answer = await call('GET', server.url + path, tokens[me]);
      if (answer.text.includes(`of-org-${other}`) && answer.status === 200) foreign++;
      if (path.includes('/summary') && answer.status !== 404) foreign++;
      expect(answer.status).toBeLessThan(500);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return foreign;
}

describe('a token of one organization never reaches a row of another', () => {
  it(`${OPERATIONS_IN_SQL} unfiltered transactions over pooled connections, aborted ones among them, find no foreign row`, async () => {
    expect(await foreignRowsInSql(OPERATIONS_IN_SQL)).toBe(0);
  });

  it(`${REQUESTS_BY_HTTP} random requests find nothing of the other organization`, async () => {
    expect(await foreignAnswersByHttp(REQUESTS_BY_HTTP)).toBe(0);
  });

  it('without an organization a tenant transaction sees nothing at all', async () => {
    for (const table of TABLES) {
      const [row] = await tenants.run('', (tx) => tx.manager.query<{ count: string }[]>(`SELECT count(*) FROM ${table}`));
      expect({ table, count: row?.count }).toEqual({ table, count: '0' });
    }
  });

  it('outside a transaction the runtime login may touch nothing', async () => {
    for (const table of [...TABLES, 'orgs', 'signing_keys', 'revocations']) {
      await expect(dataSource.query(`SELECT FROM ${table} LIMIT 1`)).rejects.toThrow(/permission denied/);
    }
  });

  it('no runtime role may change or remove an audit row, or switch row security off', async () => {
    for (const statement of [
      'UPDATE audit_events SET action = action',
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
      'ALTER TABLE audit_events DISABLE ROW LEVEL SECURITY',
    ]) {
      await expect(tenants.run(server.orgs[0].id, (tx) => tx.manager.query(statement))).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  // Seen to fail with an ask() that takes every statement: the row was changed, and nobody heard of the commit.
  it('a transaction for one statement reads, and refuses a second, one that writes, and what should follow its commit', async () => {
    const { id } = server.orgs[0];
    const names = (): Promise<unknown> => tenants.ask(id, (tx) => tx.manager.query('SELECT display_name FROM analytics_accounts'));
    const before = await names();
    for (const statement of [
      `UPDATE analytics_accounts SET display_name = 'changed'`,
      `WITH changed AS (UPDATE analytics_accounts SET display_name = 'changed' RETURNING 1) SELECT * FROM changed`,
    ])
      await expect(tenants.ask(id, (tx) => tx.manager.query(statement))).rejects.toThrow(/read-only transaction/);
    await expect(tenants.ask(id, (tx) => Promise.all([tx.manager.query('SELECT 1'), tx.manager.query('SELECT 1')]))).rejects.toThrow(
      'run()',
    );
    await expect(tenants.ask(id, async (tx) => tx.afterCommit(() => undefined))).rejects.toThrow('run()');
    expect(await names()).toEqual(before);
    // The connection is good for the next, which may write.
    const statement = 'UPDATE analytics_accounts SET display_name = display_name';
    expect((await tenants.run(id, (tx) => tx.manager.query<[unknown[], number]>(statement)))[1]).toBe((before as unknown[]).length);
  });

  // The same property, with the policy of one table opened: the check must be able to fail.
  it('with the policy of one table dropped, the same property finds foreign rows', async () => {
    await server.sql('DROP POLICY tenant_rows ON analytics_customers');
    await server.sql('CREATE POLICY tenant_rows ON analytics_customers TO countersign_tenant USING (true)');
    expect(await foreignRowsInSql(400)).toBeGreaterThan(0);
  });
});
