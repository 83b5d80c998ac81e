import { IssuerMismatchError } from '@modelcontextprotocol/client';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { admit, anApp, sentBack, type Choice } from '../support/delegation.js';
import { DocumentHost } from '../support/document-host.js';
import { CALLBACK, McpHost, sdkV1, sdkV2, type Browse, type Known, type Sdk } from '../support/mcp-clients.js';
import { call } from '../support/requests.js';
import { aPerson, type PersonMade } from '../support/visitor.js';

const SCOPES = ['read:analytics-data', 'read:account', 'generate:reports', 'read:reports', 'write:customer-events'];
const TOOLS = ['query_metrics', 'list_customers', 'summarize_customer', 'generate_report', 'ingest_events'];
const KNOWN = 'its document, of a host that the operator vouches for';
const SDKS: [string, Sdk][] = [
  ['SDK 2 in 2026-07-28', sdkV2('auto')],
  ['SDK 2 as a client of 2025', sdkV2('legacy')],
  ['SDK 1', sdkV1],
];

let server: TestServer;
let documents: DocumentHost;
let folder: string;
let person: PersonMade;
const ways: Record<string, Known> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-mcp-clients-'));
  documents = await DocumentHost.start(folder);
  const admission = {
    CLIENT_ID_METADATA_DOCUMENTS: 'open',
    CLIENT_ID_METADATA_HOSTS: 'known.agents.example',
    DYNAMIC_REGISTRATION: 'open',
  };
  server = await startTestServer({ ...documents.environment, ...admission }, true);
  const operator = await Operator.of(server);
  const [org] = server.orgs;
  await admit(operator, org.id, { mode: 'all' });
  person = await aPerson(operator, org.id);
  const document = {
    client_name: 'Test agent',
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  const grants = [{ audience: `${server.url}/mcp`, scopes: SCOPES }];
  const registration = { kind: 'agent', redirect_uris: ['http://127.0.0.1/callback'], grants };
  ways[KNOWN] = { clientMetadataUrl: documents.publish('known', document) };
  ways['its document, of a host that nobody knows'] = {
    clientMetadataUrl: documents.publish('unknown', { ...document, client_name: 'Unknown agent' }),
  };
  ways['registering itself'] = {};
  const native = await anApp(operator, { ...registration, client_type: 'public' });
  const confidential = await anApp(operator, registration);
  ways['a registration without a secret'] = { registered: { client_id: native.client_id } };
  ways['a registration with a secret'] = {
    registered: { client_id: confidential.client_id, client_secret: confidential.client_secret ?? '' },
  };
});
afterAll(async () => {
  await server.stop();
  await documents.stop();
  rmSync(folder, { recursive: true });
});

/** What the person does whom the host sends away; the host's own check of `state` included. */
const browsing =
  (choice: Choice = {}): Browse =>
  async (url) => {
    const back = await sentBack(person, url, choice);
    expect(back.searchParams.get('state'), back.href).toBe('a state of the host');
    return back;
  };

describe.each(SDKS)('%s', (_, connect) => {
  it.each([
    KNOWN,
    'its document, of a host that nobody knows',
    'registering itself',
    'a registration without a secret',
    'a registration with a secret',
  ])('connects by %s, and calls what was allowed', async (way) => {
    const host = new McpHost(ways[way]!);
    const connection = await connect(`${server.url}/mcp`, host, browsing());
    expect((await connection.tools()).sort()).toEqual([...TOOLS].sort());
    const answer = await connection.call('query_metrics', { metric: 'events' });
    expect(answer.isError ?? false, JSON.stringify(answer)).toBe(false);
    await connection.close();
    const id = host.information?.client_id ?? ways[way]?.clientMetadataUrl;
    expect(decodeJwt(host.saved!.access_token)).toMatchObject({
      aud: `${server.url}/mcp`,
      sub: person.userId,
      client_id: id,
      principal_type: 'agent',
      org_id: server.orgs[0].id,
    });
    expect(host.saved?.expires_in).toBe(900);
  });
});

describe('the present SDK', () => {
  it('MCP-7 a tool that needs more is called after the person has allowed it', async () => {
    const host = new McpHost(ways[KNOWN]!);
    const asked: URL[] = [];
    const browse: Browse = (url) => {
      asked.push(url);
      return browsing(asked.length === 1 ? { scopes: ['read:analytics-data'] } : {})(url);
    };
    const connection = await sdkV2('auto')(`${server.url}/mcp`, host, browse);
    expect(host.saved?.scope).toBe('read:analytics-data');
    const report = await connection.call('generate_report', { kind: 'activity', from: '2026-01-01' });
    expect(report.isError ?? false, JSON.stringify(report)).toBe(false);
    // All of it is asked for again, so that what was allowed before is not lost.
    expect(asked).toHaveLength(2);
    expect(asked[1]?.searchParams.get('scope')?.split(' ')).toEqual(expect.arrayContaining(['read:analytics-data', 'generate:reports']));
    expect(host.saved?.scope?.split(' ')).toEqual(expect.arrayContaining(['read:analytics-data', 'generate:reports']));
    await connection.close();
  });

  it('MCP-4 an answer of another issuer never reaches the token endpoint', async () => {
    const host = new McpHost(ways['a registration without a secret']!);
    const tampered: Browse = async (url) => {
      const back = await browsing()(url);
      back.searchParams.set('iss', 'https://evil.example');
      return back;
    };
    await expect(sdkV2('auto')(`${server.url}/mcp`, host, tampered)).rejects.toThrow(IssuerMismatchError);
    expect(host.saved).toBeUndefined();
  });

  // Seen failing with a verifier that did not ask for revocations.
  it('renews by its refresh token, and asks the person anew once they have revoked', async () => {
    const host = new McpHost(ways[KNOWN]!);
    let times = 0;
    const browse: Browse = (url) => {
      times++;
      return browsing()(url);
    };
    const connection = await sdkV2('auto')(`${server.url}/mcp`, host, browse);
    const first = host.saved!;
    // As after 15 minutes.
    host.saved = { ...first, access_token: 'expired' };
    await connection.call('query_metrics', { metric: 'events' });
    expect([times, host.saved?.refresh_token === first.refresh_token]).toEqual([1, false]);
    await connection.close();

    const { data } = (await person.browser.get<{ data: { id: string; app_id: string }[] }>('/account/apps')).body;
    const consent = data.find(({ app_id: id }) => id === ways[KNOWN]?.clientMetadataUrl);
    await person.browser.submit(`/account/apps/${consent?.id}/revoke`);
    const end = Date.now() + 2_000;
    const statusNow = async (): Promise<number> =>
      (await call('POST', `${server.url}/mcp`, host.saved?.access_token, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).status;
    while ((await statusNow()) !== 401) expect(Date.now()).toBeLessThan(end);
    await (await sdkV2('auto')(`${server.url}/mcp`, host, browse)).close();
    expect(times).toBe(2);
  });
});
