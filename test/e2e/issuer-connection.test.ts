import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { aFeedApi } from '../support/feeds.js';
import { freePort } from '../support/launch.js';
import { basic, call, postForm, tokenOf } from '../support/requests.js';
import { callsOf, type UsageDocument } from '../support/usage.js';
import { operatorOf } from './support/management.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCOPES = ['read:reports'];

describe('examples/connected, with a credential of its API', () => {
  let server: TestServer;
  let example: ChildProcess;
  let url: string;
  let said = '';
  const stopped = () => once(example, 'exit');

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    example.kill('SIGKILL');
    await server.stop();
  });

  it('refuses a revoked token within 2 s, and tells the issuer what was called', async () => {
    const { operator, api: management } = await operatorOf(server);
    const scopes = [{ name: SCOPES[0], description: 'Read reports.', risk: 'high', assignable_by: 'org_admin', delegable: true }];
    const api = await aFeedApi(operator, { scopes });
    const { id: orgId } = await operator.anOrg();
    const principal = await operator.aServicePrincipal(orgId, { grants: [{ audience: api.identifier, scopes: SCOPES }] });
    const token = await tokenOf(server.url, { ...principal, audience: api.identifier });

    const port = await freePort();
    url = `http://127.0.0.1:${port}/reports`;
    const { client_id: API_ID, client_secret: API_SECRET } = api.credential;
    const env = { PATH: process.env['PATH'] ?? '', PORT: String(port), ISSUER: server.url, AUDIENCE: api.identifier, API_ID, API_SECRET };
    const command = ['--import', './examples/local.mjs', 'examples/connected/server.js'];
    example = spawn(process.execPath, command, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
    example.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const status = async (): Promise<number> => (await call('GET', url, token)).status;
    await expect.poll(() => status().catch(() => 0), { timeout: 20_000 }).toBe(200);

    const revoked = await postForm(`${server.url}/oauth/revoke`, { token }, { authorization: basic(principal) });
    expect(revoked.status).toBe(200);
    await expect.poll(status, { timeout: 2_000, interval: 20 }).toBe(401);

    const end = stopped();
    example.kill('SIGTERM');
    expect(await end).toEqual([0, null]);
    const { body } = await management.get<{ data: UsageDocument[] }>(`/v1/usage?principal=${principal.id}`);
    expect(body.data.map(({ operation, result, org_id }) => [operation, result, org_id])).toEqual([['reports.list', 'accepted', orgId]]);
    expect(callsOf(body.data)).toBeGreaterThan(0);
    expect(said).toContain('connected');
  });
});
