import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import {
  admit,
  ask,
  asked,
  choose,
  diesWithin2s,
  interactionOf,
  isTaken,
  locationOf,
  pkce,
  READ,
  redeem,
  refresh,
  tokensFor,
  type AppMade,
  type Tokens,
} from '../support/delegation.js';
import { freePort } from '../support/launch.js';
import { DocumentHost } from '../support/metadata-documents.js';
import { aClientKey, assertionOf, type ClientKey } from '../support/public-keys.js';
import { call } from '../support/requests.js';
import { aPerson, Visitor, type PersonMade } from '../support/visitor.js';

const HERE = 'https://notes.example/cb';
const EVIL = 'https://evil.example/cb';
const FROM = { redirect_uri: HERE, scope: READ };
// More than all the other tests make it ask in a minute.
const PER_SOURCE = 70;
const PER_HOST = 90;

let server: TestServer;
let operator: Operator;
let host: DocumentHost;
let person: PersonMade;
/** On an address that nobody outside may reach: it counts who connects to it. */
let canary: Server;
let canaryPort: number;
let connections = 0;

beforeAll(async () => {
  host = await DocumentHost.start();
  canary = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.2', resolve));
  canaryPort = (canary.address() as AddressInfo).port;
  const port = String(await freePort());
  server = await startTestServer({
    PORT: port,
    PUBLIC_URL: `http://localhost:${port}`,
    CLIENT_ID_METADATA_DOCUMENTS: 'open',
    SELF_REGISTERED_APP_AUDIENCES: `http://localhost:${port}/analytics`,
    TRUSTED_PROXIES: '127.0.0.1,::1',
    RATE_LIMIT_METADATA_DOCUMENTS_PER_SOURCE: String(PER_SOURCE),
    RATE_LIMIT_METADATA_DOCUMENTS_PER_HOST: String(PER_HOST),
  });
  operator = await Operator.of(server);
  await admit(operator, server.orgs[0].id, { mode: 'all' });
  person = await aPerson(operator, server.orgs[0].id);
});
afterAll(async () => {
  await server.stop();
  await host.stop();
  canary.close();
});

const appOf = (clientId: string): AppMade => ({ id: clientId, client_id: clientId, state: '', redirect_uris: [HERE] });

/** The document has another content now; whoever looks at it through the preview makes this server read it again. */
async function changeTo(app: AppMade, members: object): Promise<void> {
  host.serve(new URL(app.id).pathname, members);
  const { status } = await call('POST', `${server.url}/v1/apps/preview`, operator.token, { client_id: app.id });
  expect(status).toBe(200);
}

describe('attack 56: addresses that lead inside', () => {
  const places = (): string[] => [
    `https://127.0.0.2:${canaryPort}/x`,
    `http://127.0.0.2:${canaryPort}/x`,
    `https://2130706434:${canaryPort}/x`,
    `https://[::ffff:127.0.0.2]:${canaryPort}/x`,
    'https://127.0.0.2/x',
    'https://localhost/x',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/x',
    'https://10.0.0.1/x',
    'https://100.64.0.1/x',
    `gopher://127.0.0.2:${canaryPort}/x`,
    'file:///etc/passwd',
  ];

  // Seen to fail, as the next one, with ports and addresses unchecked: the canary was connected to.
  it('are refused with a page, at once, and the canary sees nothing', async () => {
    const begin = performance.now();
    for (const place of places()) {
      expect([place, (await ask(person.browser, appOf(place), pkce(), FROM)).status]).toEqual([place, 400]);
      expect([place, (await redeem(server.url, appOf(place), 'x', pkce())).status]).toEqual([place, 401]);
    }
    expect([connections, performance.now() - begin < 20_000]).toEqual([0, true]);
  });

  it('are not reached by a redirect, nor by jwks_uri, and nothing of an answer is repeated', async () => {
    const inside = `http://127.0.0.2:${canaryPort}/x`;
    const away = appOf(host.answer('/away', (_, response) => response.writeHead(302, { location: inside }).end('MARK')));
    const page = await ask(person.browser, away, pkce(), FROM);
    expect([page.status, page.text.includes('MARK'), page.text.includes(inside)]).toEqual([400, false, false]);

    const keys = `https://127.0.0.2:${canaryPort}/jwks`;
    const app = appOf(host.serve('/keys-inside', { jwks_uri: keys, token_endpoint_auth_method: 'private_key_jwt' }));
    const key = await aClientKey('ES256');
    expect((await redeem(server.url, app, 'x', pkce(), await assertionOf(app, key, server.url))).status).toBe(401);
    expect(connections).toBe(0);
  });

  it('a document of 1 GB, packed, or without end is not read', async () => {
    const answers = {
      '/says-large': { 'content-length': String(1024 ** 3), 'content-type': 'application/json' },
      '/packed': { 'content-encoding': 'gzip', 'content-type': 'application/json' },
    };
    for (const [path, headers] of Object.entries(answers)) {
      const app = appOf(host.answer(path, (_, response) => response.writeHead(200, headers).flushHeaders()));
      expect((await ask(person.browser, app, pkce(), FROM)).status).toBe(400);
    }
  });
});

describe('attack 57: documents that would be somebody else', () => {
  it.each<[string, object]>([
    ['another client_id', { client_id: 'https://claude.ai/client.json' }],
    ['a secret that is no secret', { token_endpoint_auth_method: 'client_secret_post', client_secret: 'x' }],
    ['10,000 redirect URIs', { redirect_uris: Array.from({ length: 10_000 }, (_, i) => `https://x.example/${i}`) }],
    ['a name that is turned round', { client_name: 'Claude \u202Eevil' }],
  ])('%s: refused', async (name, members) => {
    const app = appOf(host.serve(`/${name.replaceAll(/\W/g, '-')}`, members));
    expect((await ask(person.browser, app, pkce(), FROM)).status).toBe(400);
  });

  it('__proto__ and constructor mean nothing', async () => {
    const clientId = `${host.url}/proto`;
    const body = `{"client_id":"${clientId}","__proto__":{"client_name":"x","redirect_uris":["${HERE}"]},"constructor":{"prototype":{"reviewed":true}}}`;
    host.answer('/proto', (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body));
    expect((await ask(person.browser, appOf(clientId), pkce(), FROM)).status).toBe(400);
  });

  it('HTML in a name is text on the page', async () => {
    const app = appOf(host.serve('/html', { client_name: '<img src=x onerror=alert(1)>' }));
    const path = locationOf(await ask(person.browser, app, pkce(), FROM));
    const { text } = await person.browser.get(path.pathname + path.search, { accept: 'text/html' });
    expect([text.includes('&lt;img'), text.includes('<img src=x')]).toEqual([true, false]);
  });
});

describe('attack 31, CIMD-8: a document that is another one than before', () => {
  let key: ClientKey;
  let serial = 0;
  beforeAll(async () => {
    key = await aClientKey('ES256');
  });

  /** An app that proves who it is, so that nobody is asked twice, and that was allowed something. */
  async function allowed(): Promise<{ app: AppMade; members: object; tokens: Tokens }> {
    const members = { jwks: key.jwks, redirect_uris: [HERE] };
    const app = appOf(host.serve(`/swap-${++serial}`, members));
    const proof = pkce();
    const done = await choose(person.browser, interactionOf(await ask(person.browser, app, proof, FROM)));
    const code = locationOf(done).searchParams.get('code') ?? '';
    const answer = await redeem(server.url, app, code, proof, { redirect_uri: HERE, ...(await assertionOf(app, key, server.url)) });
    expect(answer.status).toBe(200);
    // Now it needs nobody.
    expect(locationOf(await ask(person.browser, app, pkce(), FROM)).searchParams.has('code')).toBe(true);
    return { app, members, tokens: answer.body as unknown as Tokens };
  }

  // Seen to fail with the fingerprint left out of `covers`: the second and third then got a code, and nobody was asked.
  it.each<[string, (members: object) => object]>([
    ['redirect host', (members) => ({ ...members, redirect_uris: [EVIL] })],
    ['second redirect host', (members) => ({ ...members, redirect_uris: [HERE, EVIL] })],
    ['name', (members) => ({ ...members, client_name: 'Bank' })],
  ])('another %s: no code without a new consent', async (_, change) => {
    const { app, members } = await allowed();
    const next = change(members);
    await changeTo(app, next);
    for (const redirect_uri of (next as { redirect_uris: string[] }).redirect_uris) {
      const location = locationOf(await ask(person.browser, app, pkce(), { ...FROM, redirect_uri }));
      expect([location.pathname, location.searchParams.get('code')]).toEqual(['/consent', null]);
    }
    const silent = await ask(person.browser, app, pkce(), { ...FROM, prompt: 'none', redirect_uri: EVIL });
    expect(silent.headers.get('location') ?? '').not.toContain('code=');
  });

  // Seen to fail with the fingerprint of the request left unlooked at: a code came.
  it('what was swapped while a person looked is not what they allow', async () => {
    const members = { jwks: key.jwks, redirect_uris: [HERE] };
    const app = appOf(host.serve(`/swap-${++serial}`, members));
    const interaction = interactionOf(await ask(person.browser, app, pkce(), FROM));
    const { csrf_token, asked: question } = await asked(person.browser, interaction);
    await changeTo(app, { ...members, redirect_uris: [HERE, EVIL] });
    const form = { csrf_token, interaction, decision: 'allow', org_id: question?.places[0]?.org_id ?? '', scope: READ };
    const answer = await person.browser.post('/consent', form, { 'sec-fetch-site': 'same-origin', origin: 'null' });
    expect(answer.headers.get('location') ?? '').not.toContain('code=');
    expect(await server.sql('SELECT id FROM consents WHERE app_id = $1', [app.id])).toEqual([]);
  });

  // Seen to fail with the reaction to a changed app taken out: the refresh token went on.
  it('other keys end its refresh tokens, and access tokens that the old ones got', async () => {
    const { app, members, tokens } = await allowed();
    const next = await aClientKey('ES256', 'next');
    await changeTo(app, { ...members, jwks: next.jwks });
    const refreshed = await refresh(server.url, app, tokens.refresh_token, await assertionOf(app, next, server.url));
    expect([refreshed.status, refreshed.body['error']]).toEqual([400, 'invalid_grant']);
    await diesWithin2s(server.url, tokens.access_token);
    expect((await refresh(server.url, app, tokens.refresh_token, await assertionOf(app, key, server.url))).body['error']).toBe(
      'invalid_client',
    );
  });

  it('the same document again writes nothing and ends nothing', async () => {
    const { app, members, tokens } = await allowed();
    const before = await server.sql('SELECT xmin, * FROM third_party_apps WHERE id = $1', [app.id]);
    await changeTo(app, members);
    expect(locationOf(await ask(person.browser, app, pkce(), FROM)).searchParams.has('code')).toBe(true);
    expect(await server.sql('SELECT xmin, * FROM third_party_apps WHERE id = $1', [app.id])).toEqual(before);
    expect(await isTaken(server.url, tokens.access_token)).toBe(true);
  });

  it('every replica sees the change', async () => {
    const replica = await server.replica();
    const { app, members } = await allowed();
    const there = new Visitor(replica.url);
    for (const [name, value] of person.browser.cookies) there.cookies.set(name, value);
    expect(locationOf(await ask(there, app, pkce(), FROM)).searchParams.has('code')).toBe(true);
    await changeTo(app, { ...members, redirect_uris: [EVIL] });
    // Asked here, so that this one writes it down; the other still remembers the document of before.
    expect((await ask(person.browser, app, pkce(), FROM)).status).toBe(400);
    const end = Date.now() + 2_000;
    while ((await ask(there, app, pkce(), FROM)).status !== 400) if (Date.now() > end) throw new Error('Still taken after 2 s.');
  });
});

describe('SSRF-6: strangers who make us ask', () => {
  // Seen to fail with a budget that is never used up.
  it('429 past the budget of a source, and of a host; others get on, and nothing is stored', async () => {
    const flooded = await DocumentHost.start();
    const source = new Visitor(server.url, { 'x-forwarded-for': '203.0.113.9' });
    const flood = async (from: Visitor, first: number, count: number): Promise<number[]> => {
      const statuses: number[] = [];
      for (let i = first; i < first + count; i++) statuses.push((await ask(from, appOf(`${flooded.url}/${i}`), pkce(), FROM)).status);
      return statuses;
    };
    const statuses = await flood(source, 0, PER_SOURCE + 10);
    expect([statuses.filter((status) => status === 429).length, flooded.requests.length]).toEqual([10, PER_SOURCE]);
    // Another source finds what is left of the host's.
    await flood(new Visitor(server.url, { 'x-forwarded-for': '198.51.100.1' }), 1_000, 30);
    expect(flooded.requests.length).toBe(PER_HOST);
    expect((await ask(person.browser, appOf(host.serve('/elsewhere')), pkce(), FROM)).status).toBe(303);
    expect(await server.sql('SELECT id FROM third_party_apps WHERE id LIKE $1', [`${flooded.url}%`])).toEqual([]);
    await flooded.stop();
  });

  // Seen to fail with the address of the caller left out.
  it('429 also for who lists apps of others for an organization, past the budget of their source', async () => {
    const flooded = await DocumentHost.start();
    const statuses: number[] = [];
    for (let i = 0; i <= PER_SOURCE; i += 10) {
      const app_ids = Array.from({ length: 10 }, (_, j) => `${flooded.url}/${i + j}`);
      const path = `${server.url}/v1/orgs/${server.orgs[1].id}/app-policy`;
      statuses.push((await call('PATCH', path, operator.token, { app_ids }, { 'x-forwarded-for': '203.0.113.77' })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: PER_SOURCE / 10 }, () => 422), 429]);
    expect(flooded.requests.length).toBe(PER_SOURCE);
    await flooded.stop();
  });

  it('an app that is known needs no budget', async () => {
    const app = appOf(host.serve('/known'));
    const { refresh_token } = await tokensFor(person.browser, app, FROM);
    expect((await refresh(server.url, app, refresh_token, {})).status).toBe(200);
  });
});
