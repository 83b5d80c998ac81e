import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it(
  'examples/support-agent answers from its tenant, and what it could be made to give away is worth nothing',
  { timeout: 60_000 },
  async () => {
    const env = { PATH: process.env['PATH'] ?? '', DEMO: join(server.files.dataDir, 'demo.json') };
    const program = ['--import', './examples/local.mjs', 'examples/support-agent/main.js'];
    const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: ROOT, env });
    const [asked, answered, ...rest] = stdout.trim().split('\n');
    const name = /^Northwind Traders asks: How is (.+) doing\?$/.exec(asked ?? '')?.[1];
    const [customer] = await server.sql<{ id: string }>('SELECT id FROM analytics_customers WHERE org_id = $1 AND name = $2', [
      server.orgs[0].id,
      name,
    ]);
    expect(customer, asked).toBeDefined();
    expect(answered).toMatch(new RegExp(`^The agent answers: ${name} has been with you since \\d{4}-\\d\\d-\\d\\d: active on \\d+ of`));
    expect(rest).toEqual([
      'Its token without its certificate: 401',
      'Its token at the plain listener: 401',
      'Its token where another scope is needed: 403',
      'A wider token: invalid_scope',
    ]);
    const [issued] = await server.sql<{ details: object; org_id: string }>(
      `SELECT org_id, details FROM audit_events WHERE action = 'token.issued' AND actor_name = 'support agent' LIMIT 1`,
    );
    expect(issued).toMatchObject({ org_id: server.orgs[0].id, details: { auth_method: 'tls_client_auth', scope: 'read:analytics-data' } });
    const left = await server.sql(`SELECT id FROM service_principals WHERE name = 'support agent'`);
    expect(left).toEqual([]);
  },
);

// Seen failing with an authority that is removed at the end of what succeeded.
it('leaves no key behind when the issuer is away', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-support-agent-'));
  mkdirSync(join(folder, 'temporary'));
  const demo = JSON.parse(readFileSync(join(server.files.dataDir, 'demo.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'demo.json'), JSON.stringify({ ...demo, public_url: 'http://localhost:1' }));
  writeFileSync(join(folder, 'mtls-tls.crt'), readFileSync(join(server.files.dataDir, 'mtls-tls.crt')));
  const env = { PATH: process.env['PATH'] ?? '', DEMO: join(folder, 'demo.json'), TMPDIR: join(folder, 'temporary') };
  const program = ['--import', './examples/local.mjs', 'examples/support-agent/main.js'];
  await expect(promisify(execFile)(process.execPath, program, { cwd: ROOT, env })).rejects.toThrow('could not be asked');
  expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
  rmSync(folder, { recursive: true });
});
