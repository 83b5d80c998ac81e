import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { requestToken } from '../support/requests.js';

const ISSUANCES = 1_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function rowCounts(): Promise<Record<string, number>> {
  const tables = await server.sql<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) counts[name] = Number((await server.sql<{ count: string }>(`SELECT count(*) FROM ${name}`))[0]?.count);
  return counts;
}

it(`PERF-1 ${ISSUANCES} issuances leave the row count of every table unchanged, but for one audit row each`, async () => {
  const principal = server.orgs[0].service_principals[0]!;
  const before = await rowCounts();
  for (let i = 0; i < ISSUANCES; i += 50) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => requestToken(server.url, principal)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  }
  expect(await rowCounts()).toEqual({ ...before, audit_events: before['audit_events']! + ISSUANCES });
});
