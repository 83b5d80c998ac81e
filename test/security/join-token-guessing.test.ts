import { expect, it, onTestFinished } from 'vitest';
import { Operator } from '../support/builders.js';
import { makeRequest } from '../support/certificates.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { aJoinToken, callTls } from '../support/service-certificates.js';

async function start(environment: Record<string, string>): Promise<TestServer> {
  const server = await startTestServer(environment);
  onTestFinished(() => server.stop());
  return server;
}

// Seen to fail when the event is written before the limit of failures is asked: one row for each request.
it('429 for who shows a used join token in a loop; from then on the audit log counts, and the right token still comes in', async () => {
  const server = await start({ RATE_LIMIT_FAILURES_PER_SOURCE: '3' });
  const operator = await Operator.of(server);
  const { id } = await operator.aMicroservice({ name: 'looped' });
  const used = await aJoinToken(operator, id);
  const { pem: certificate_request } = await makeRequest();
  const ask = async (join_token: string): Promise<number> =>
    (await callTls(server, `${server.internalUrl}/certificates`, { json: { certificate_request, join_token } })).status;
  expect(await ask(used)).toBe(201);
  const statuses: number[] = [];
  for (let i = 0; i < 8; i++) statuses.push(await ask(used));
  expect(statuses).toEqual([401, 401, 401, 429, 429, 429, 429, 429]);
  expect(await ask(await aJoinToken(operator, id))).toBe(201);
  // Counts are written when the process stops, and once a minute.
  await server.process.stop();
  const rows = await server.sql<{ target_id: string | null; reason_code: string; details: { count?: number } | null }>(
    "SELECT target_id, reason_code, details FROM audit_events WHERE action = 'certificate.refused' ORDER BY id",
  );
  expect(rows.filter(({ target_id }) => target_id === id)).toHaveLength(3);
  expect(rows.filter(({ target_id }) => target_id === null)).toMatchObject([{ reason_code: 'join_token_used', details: { count: 5 } }]);
});

it('429 for too many requests of one address, whatever they hold', async () => {
  const server = await start({ RATE_LIMIT_TOKEN_PER_SOURCE: '2' });
  const { pem: certificate_request } = await makeRequest();
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++)
    statuses.push((await callTls(server, `${server.internalUrl}/certificates`, { json: { certificate_request } })).status);
  expect(statuses).toEqual([401, 401, 429, 429]);
});
