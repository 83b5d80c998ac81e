import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { admit, anApp, sentBack } from '../support/delegation.js';
import { DocumentHost } from '../support/document-host.js';
import {
  addressesIn,
  CONFORMANCE,
  environmentOf,
  INSPECTOR,
  installForeignClients,
  MCP_REMOTE,
  newerNode,
  runBefore,
  type Ended,
} from '../support/foreign-clients.js';
import { freePort } from '../support/launch.js';
import type { Browse } from '../support/mcp-clients.js';
import { tokenOf } from '../support/requests.js';
import { skipBecause } from '../support/skip-because.js';
import { aPerson } from '../support/visitor.js';

const READ = 'read:analytics-data';
const SETUP_MS = 300_000;
/** RFC 8252 §7.3: as it is registered; they ask with one. */
const ANY_PORT = 'http://127.0.0.1/oauth/callback';

let server: TestServer;
let operator: Operator;
let documents: DocumentHost;
let folder: string;
let absent: string | undefined;
let browse: Browse;
let unattended: PrincipalMade;
/** Where the answers of the person are taken: addresses that a document and a registration name have to stand there beforehand. */
let port: number;

beforeAll(async () => {
  absent = await installForeignClients();
  if (absent !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'countersign-foreign-clients-'));
  documents = await DocumentHost.start(folder);
  port = await freePort();
  const admission = { CLIENT_ID_METADATA_DOCUMENTS: 'open', DYNAMIC_REGISTRATION: 'open' };
  server = await startTestServer({ ...documents.environment, ...admission }, true);
  operator = await Operator.of(server);
  const [org] = server.orgs;
  await admit(operator, org.id, { mode: 'all' });
  const person = await aPerson(operator, org.id);
  browse = (url) => sentBack(person, url);
  unattended = await operator.aServicePrincipal(org.id, { grants: [{ audience: `${server.url}/mcp`, scopes: [READ] }] });
}, SETUP_MS);
afterAll(async () => {
  if (absent !== undefined) return;
  await server.stop();
  await documents.stop();
  rmSync(folder, { recursive: true });
});
beforeEach((context: TestContext) => {
  if (absent !== undefined) skipBecause(context, absent);
});

/** The id of an agent that describes itself, and of one that an administrator registered. */
function published(redirectUri: string): string {
  const fields = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: 'none' };
  return documents.publish(`client-${documents.requests.length}-${Math.random().toString(36).slice(2)}`, {
    client_name: 'Foreign agent',
    redirect_uris: [redirectUri],
    ...fields,
  });
}

async function registered(redirectUri: string): Promise<string> {
  const grants = [{ audience: `${server.url}/mcp`, scopes: [READ] }];
  return (await anApp(operator, { kind: 'agent', client_type: 'public', redirect_uris: [redirectUri], grants })).client_id;
}

describe('mcp-remote', () => {
  const redirectUri = (): string => `http://localhost:${port}/oauth/callback`;
  const known = (client: object): string[] => ['--static-oauth-client-info', JSON.stringify(client)];
  const scoped = (scope: string): string[] => ['--static-oauth-client-metadata', JSON.stringify({ scope })];
  const WAYS: [string, () => Promise<string[]> | string[], number][] = [
    ['its document', () => ['--client-metadata-url', published(redirectUri())], 1],
    ['registering itself', () => [], 1],
    ['a registration', async () => ['--host', '127.0.0.1', ...known({ client_id: await registered(ANY_PORT) })], 1],
    // Without it, it asks for all that the metadata of the MCP server lists, which a narrow grant does not hold.
    ['client credentials', () => ['--client-credentials', ...known(credentialsOf(unattended)), ...scoped(READ)], 0],
  ];

  it.each(WAYS)('connects a program that knows stdio alone, by %s', async (_, options, asked) => {
    let times = 0;
    const visits = addressesIn((url) => {
      times++;
      return browse(url);
    });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [MCP_REMOTE, `${server.url}/mcp`, String(port), ...(await options())],
      env: environmentOf({ HOME: folder, MCP_REMOTE_CONFIG_DIR: mkdtempSync(join(folder, 'mcp-remote-')) }),
      stderr: 'pipe',
    });
    let written = '';
    const visit = visits.next();
    transport.stderr?.on('data', (chunk: Buffer) => {
      written += chunk.toString();
      visit(chunk);
    });
    const client = new Client({ name: 'a program', version: '1.0.0' });
    await client.connect(transport).catch((error: unknown) => expect.fail(`${String(error)}\n${written}`));
    const answer = await client.callTool({ name: 'query_metrics', arguments: { metric: 'events' } });
    expect(answer.isError ?? false, JSON.stringify(answer)).toBe(false);
    await client.close();
    await visits.done();
    expect(times).toBe(asked);
  });
});

describe("the Inspector's CLI", () => {
  const redirectUri = (): string => `http://127.0.0.1:${port}/oauth/callback`;
  const WAYS: [string, () => Promise<string[]> | string[]][] = [
    ['its document', () => ['--client-metadata-url', published(redirectUri()), '--protocol-era', 'modern']],
    ['registering itself', () => []],
    ['a registration', async () => ['--client-id', await registered(ANY_PORT)]],
    [
      'a token of client credentials',
      async () => {
        const token = await tokenOf(server.url, { ...credentialsOf(unattended), audience: `${server.url}/mcp` });
        return ['--header', `Authorization: Bearer ${token}`];
      },
    ],
  ];

  it.each(WAYS)('calls a tool by %s', async (_, options) => {
    const call = ['--method', 'tools/call', '--tool-name', 'query_metrics', '--tool-arg', 'metric=events', '--format', 'json'];
    const target = ['--server-url', `${server.url}/mcp`, '--transport', 'http', '--callback-url', redirectUri()];
    const program = [INSPECTOR, '--cli', ...target, ...call, ...(await options())];
    const ended = await runBefore(browse, newerNode(), program, { HOME: mkdtempSync(join(folder, 'inspector-')) });
    expect(ended.code, said(ended)).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ result: { structuredContent: { metric: 'events' } } });
  });
});

describe('the conformance suite of MCP', () => {
  it.each([
    ['an agent by its document', published],
    ['a registered agent', registered],
  ])('passes all that it has for an authorization server, as %s', async (_, clientId) => {
    const id = await clientId(`http://127.0.0.1:${port}/callback`);
    const options = ['--url', server.url, '--resource', `${server.url}/mcp`, '--client-id', id, '--port', String(port)];
    const ended = await runBefore(browse, newerNode(), [CONFORMANCE, 'authorization', ...options], { HOME: folder });
    expect(ended.code, said(ended)).toBe(0);
    expect(ended.stdout).toContain('authorization-server-metadata-endpoint: 2 passed, 0 failed');
    expect(ended.stdout).toContain('authorization-code-grant: 1 passed, 0 failed');
  });
});

function credentialsOf({ client_id, client_secret }: PrincipalMade): { client_id: string; client_secret: string } {
  return { client_id, client_secret };
}

function said({ stdout, stderr }: Ended): string {
  return `${stdout}\n${stderr}`;
}
