import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_TOKEN_TYPE, API_KEY_TOKEN_TYPE, mintSecret, TOKEN_EXCHANGE_GRANT_TYPE } from '@countersign/oauth';
import { aTenant, operatorOf, pause, refusalOf, type ApiCaller, type Tenant } from '../e2e/support/management.js';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import type { LaunchedServer } from '../support/launch.js';
import { rawRequest } from '../support/raw-request.js';
import { aFeedApi } from '../support/feeds.js';
import { basic, call, postForm, tokenOf, type Answer } from '../support/requests.js';
import { aPerson } from '../support/visitor.js';

interface KeyMade {
  id: string;
  key: string;
}

interface AuditEvent {
  action: string;
  reason_code: string | null;
  target: { id: string };
  ip: string;
  details: Record<string, unknown>;
}

const READ = 'read:analytics-data';
const WRITE = 'write:customer-events';
const RIGHTS = ['read:orgs', 'read:api-keys', 'write:api-keys', 'read:audit-events', 'read:service-principals'];
const BOUND_MS = 2_000;
const scanner = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SCANNER_KEYS = JSON.stringify({
  public_keys: [{ key_identifier: 'scanner-1', key: scanner.publicKey.export({ format: 'pem', type: 'spki' }) }],
});
let server: TestServer;
let replicas: LaunchedServer[];
let operator: Operator;
let operatorApi: ApiCaller;
let a: Tenant;
let b: Tenant;
let analytics: string;

// Three replicas: what one is told, the other two must know.
beforeAll(async () => {
  server = await startTestServer({
    TRUSTED_PROXIES: '127.0.0.1',
    SECRET_SCANNING_KEYS: SCANNER_KEYS,
    RATE_LIMIT_FAILURES_PER_SOURCE: '60',
  });
  replicas = [await server.replica(), await server.replica()];
  ({ operator, api: operatorApi } = await operatorOf(server));
  a = await aTenant(operator, { name: 'A', rights: RIGHTS, analytics: [READ, WRITE] });
  b = await aTenant(operator, { name: 'B', rights: RIGHTS, analytics: [READ, WRITE] });
  analytics = `${server.url}/analytics`;
});
afterAll(() => server.stop());

async function aKey(tenant: Tenant, fields: Record<string, unknown> = {}): Promise<KeyMade> {
  const body = { name: 'a key', audience: analytics, scopes: [READ, WRITE], ...fields };
  const made = await tenant.api.post<KeyMade>(`/v1/orgs/${tenant.org.id}/api-keys`, body);
  if (made.status !== 201) throw new Error(`No key: ${made.status} ${made.text}`);
  return made.body;
}

const withKey = (key: string, headers: Record<string, string> = {}, url = server.url): Promise<Answer> =>
  call('GET', `${url}/analytics/v1/customers`, undefined, undefined, { 'x-api-key': key, ...headers });

const everywhere = (): string[] => [server.url, ...replicas.map(({ url }) => url)];

/** Statuses of a key on all replicas. */
async function statusesOf(key: string): Promise<number[]> {
  return Promise.all(everywhere().map(async (url) => (await withKey(key, {}, url)).status));
}

/** Works everywhere and is in everybody's memory; then something changes, and two seconds later nobody takes it. */
async function endsEverywhere(key: string, change: () => Promise<unknown>): Promise<void> {
  expect(await statusesOf(key)).toEqual([200, 200, 200]);
  await change();
  const deadline = performance.now() + BOUND_MS;
  while ((await statusesOf(key)).includes(200)) {
    if (performance.now() > deadline) throw new Error('The key still works two seconds after its end.');
    await pause(50);
  }
}

const exchange = (key: KeyMade, more: Record<string, string> = {}): Promise<Answer> =>
  postForm(`${server.url}/oauth/token`, exchangeForm(key, more));

const exchangeForm = ({ id, key }: KeyMade, more: Record<string, string> = {}): Record<string, string> => ({
  grant_type: TOKEN_EXCHANGE_GRANT_TYPE,
  client_id: id,
  subject_token: key,
  subject_token_type: API_KEY_TOKEN_TYPE,
  ...more,
});

describe('attack 10: a key is nothing else, and nothing else is a key', () => {
  it('401 for an access token, a client secret and a refresh token as X-API-Key', async () => {
    const token = await tokenOf(server.url, { ...a.administrator, audience: analytics });
    expect((await call('GET', `${analytics}/v1/customers`, token)).status).toBe(200);
    for (const text of [token, a.administrator.client_secret, mintSecret('csn_rt'), '', 'x'.repeat(9_000)])
      expect(refusalOf(await withKey(text))).toEqual([401, 'invalid_token']);
  });

  it('400 and 401 at the token endpoint for a key as a secret, as an access token, or as the key of another id', async () => {
    const key = await aKey(a);
    const other = await aKey(a);
    const form = { grant_type: 'client_credentials', client_id: key.id, client_secret: key.key };
    expect((await postForm(`${server.url}/oauth/token`, form)).body['error']).toBe('invalid_client');
    expect((await exchange(key, { subject_token_type: ACCESS_TOKEN_TYPE })).body['error']).toBe('invalid_client');
    const crossed = await exchange({ id: other.id, key: key.key });
    const unknown = await exchange({ id: other.id.replace(/.{4}$/, '0000'), key: key.key });
    expect([crossed.status, crossed.body['error'], crossed.text]).toEqual([401, 'invalid_client', unknown.text]);
    const twice = await exchange(key, { client_secret: key.key });
    expect(twice.body['error']).toBe('invalid_request');
  });

  it('a service principal cannot exchange a key that it has got hold of', async () => {
    const { key } = await aKey(a);
    const { client_id, client_secret } = b.administrator;
    expect((await exchange({ id: client_id, key }, { client_secret })).body['error']).toBe('invalid_request');
    expect((await exchange({ id: client_id, key })).body['error']).toBe('invalid_client');
  });
});

describe('a request with more than one credential', () => {
  it('400 for a key beside a token, for two keys, and a key in the address is none', async () => {
    const { key } = await aKey(a);
    const token = await tokenOf(server.url, { ...a.administrator, audience: analytics });
    expect(refusalOf(await withKey(key, { authorization: `Bearer ${token}` }))).toEqual([400, 'invalid_request']);
    const two = new Headers([
      ['x-api-key', key],
      ['x-api-key', key],
    ]);
    const bearer = ['authorization', `Bearer ${key}`] as const;
    const lines = { headers: [['authorization', `Bearer ${token}`] as const, bearer] };
    expect((await rawRequest(`${analytics}/v1/customers`, lines)).status).toBe(400);
    expect((await rawRequest(`${analytics}/v1/customers?access_token=${token}`, { headers: [bearer] })).status).toBe(400);
    // fetch joins them with a comma, which is no key either.
    expect((await fetch(`${analytics}/v1/customers`, { headers: two })).status).toBe(401);
    expect((await call('GET', `${analytics}/v1/customers?api_key=${key}&x-api-key=${key}`, undefined)).status).toBe(401);
  });
});

describe('a key of one organization', () => {
  // Seen to fail with requireEntry left out.
  it("never reaches another one's data: its events are its own, and the other is 404", async () => {
    const [ofA, ofB] = [await aKey(a), await aKey(b)];
    const event = { id: 'evt-secret-a', customer: { id: 'cust-a', name: 'Only of A' }, type: 'login', time: new Date().toISOString() };
    await call('POST', `${analytics}/v1/events`, undefined, { events: [event] }, { 'x-api-key': ofA.key });
    expect((await withKey(ofB.key)).text).not.toContain('Only of A');
    const management = await aKey(a, { audience: `${server.url}/v1`, scopes: ['read:api-keys', 'write:api-keys', 'read:orgs'] });
    const headers = { 'x-api-key': management.key };
    for (const [method, path] of [
      ['GET', `/v1/orgs/${b.org.id}`],
      ['GET', `/v1/orgs/${b.org.id}/api-keys`],
      ['GET', `/v1/orgs/${b.org.id}/api-keys/${ofB.id}`],
      ['DELETE', `/v1/orgs/${b.org.id}/api-keys/${ofB.id}`],
      ['GET', `/v1/orgs/${a.org.id}/api-keys/${ofB.id}`],
      ['DELETE', `/v1/orgs/${a.org.id}/api-keys/${ofB.id}`],
    ] as const)
      expect([path, ...refusalOf(await call(method, server.url + path, undefined, undefined, headers))]).toEqual([path, 404, 'not_found']);
    const orgs = await call<{ data: { id: string }[] }>('GET', `${server.url}/v1/orgs`, undefined, undefined, headers);
    expect(orgs.body.data.map(({ id }) => id)).toEqual([a.org.id]);
    expect((await withKey(ofB.key)).status).toBe(200);
  });
});

describe('attack 74: an end of a key is known on three replicas within two seconds', () => {
  // Seen to fail without the announcement to the other replicas.
  it('revoked, and its tokens with it', async () => {
    const key = await aKey(a);
    const token = String((await exchange(key)).body['access_token']);
    await endsEverywhere(key.key, () => a.api.delete(`/v1/orgs/${a.org.id}/api-keys/${key.id}`));
    for (const url of everywhere()) expect((await call('GET', `${url}/analytics/v1/customers`, token)).status).toBe(401);
  });

  it('rotated without grace, at one replica, under load at the others', async () => {
    const key = await aKey(a);
    const [, other] = everywhere() as [string, string, string];
    let acceptedAt = 0;
    const over = new AbortController();
    const load = Array.from({ length: 4 }, async () => {
      while (!over.signal.aborted) if ((await withKey(key.key, {}, other)).status === 200) acceptedAt = performance.now();
    });
    await pause(200);
    await a.api.post(`/v1/orgs/${a.org.id}/api-keys/${key.id}/rotate`, { grace_seconds: 0 });
    const endedAt = performance.now();
    await pause(BOUND_MS + 500);
    over.abort();
    await Promise.all(load);
    expect(acceptedAt).toBeGreaterThan(0);
    expect(acceptedAt - endedAt).toBeLessThan(BOUND_MS);
  });

  it('its organization suspended, its ceiling lowered, or its person disabled', async () => {
    const { org, api: inside } = await aTenant(operator, { name: 'Ends', rights: RIGHTS, analytics: [READ] });
    const made = await inside.post<KeyMade>(`/v1/orgs/${org.id}/api-keys`, { name: 'x', audience: analytics, scopes: [READ] });
    const { key } = made.body;
    await endsEverywhere(key, () => operatorApi.post(`/v1/orgs/${org.id}/suspend`));
    await operatorApi.post(`/v1/orgs/${org.id}/reinstate`);
    await pause(BOUND_MS);
    await endsEverywhere(key, () => operatorApi.patch(`/v1/orgs/${org.id}`, { ceiling: [] }));
    const person = await aPerson(operator, a.org.id);
    const { csrf_token } = await person.browser.state();
    const cookie = [...person.browser.cookies].map((pair) => pair.join('=')).join('; ');
    const wish = { name: 'x', audience: analytics, scopes: [READ] };
    const headers = { cookie, 'x-csrf-token': csrf_token };
    const token = await call<KeyMade>('POST', `${server.url}/v1/me/personal-access-tokens`, undefined, wish, headers);
    await endsEverywhere(token.body.key, () => operatorApi.post(`/v1/users/${person.userId}/disable`));
  });
});

/**
 * Twice each: keys that are to be exchanged, and one that a guard in another process asks about. Seen to leave no line while only our own
 * guards counted what they refuse. @returns that one
 */
async function refusedElsewhere(url: string, exchanged: readonly KeyMade[]): Promise<KeyMade & { audience: string }> {
  const [{ identifier: audience, credential, id }, from] = [await aFeedApi(operator), { 'x-forwarded-for': '198.51.100.8' }];
  const asked = await operator.create<KeyMade>(`/v1/orgs/${a.org.id}/api-keys`, { name: 'x', audience, scopes: ['read:things'] });
  await a.api.delete(`/v1/orgs/${a.org.id}/api-keys/${asked.id}`);
  for (const times of [1, 2]) {
    for (const key of exchanged) {
      const { status, body } = await postForm(`${url}/oauth/token`, exchangeForm(key), from);
      expect([times, status, body['error']]).toEqual([times, 401, 'invalid_client']);
      // Who has only the id of a key is nobody whom its organization hears of.
      await postForm(`${url}/oauth/token`, exchangeForm({ id: key.id, key: mintSecret('csn_key_live') }), {
        'x-forwarded-for': '198.51.100.9',
      });
    }
    const { body } = await postForm(
      `${url}/oauth/introspect`,
      { token: asked.key },
      { authorization: basic({ ...credential, client_id: id }) },
    );
    expect(body).toEqual({ active: false });
  }
  return { ...asked, audience };
}

describe('a key that may not be used', () => {
  it('401 with one text for what a thief must not tell apart, and the reasons in the audit log of its organization', async () => {
    const inside = { 'x-forwarded-for': '203.0.113.7' };
    const bound = await aKey(a, { allowed_ips: ['203.0.113.0/24'] });
    const revoked = await aKey(a);
    const expired = await aKey(a);
    expect((await withKey(bound.key, inside)).status).toBe(200);
    await a.api.delete(`/v1/orgs/${a.org.id}/api-keys/${revoked.id}`);
    await server.sql(`UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1`, [expired.id]);
    // A replica of its own, because stopping it writes what it has counted.
    const replica = await server.replica();
    const at = (key: string, headers = {}): Promise<Answer> => withKey(key, headers, replica.url);
    const invalid = await at(mintSecret('csn_key_live'));
    const detailOf = (answer: Answer): unknown => [answer.status, answer.body['detail'], answer.headers.get('www-authenticate')];
    for (const answer of [await at(bound.key, { 'x-forwarded-for': '198.51.100.7' }), await at(revoked.key)])
      expect(detailOf(answer)).toEqual(detailOf(invalid));
    expect((await at(expired.key)).body['detail']).toBe('The API key expired.');
    const asked = await refusedElsewhere(replica.url, [bound, revoked, expired]);
    await replica.process.stop();
    const { data } = (await a.api.get<{ data: AuditEvent[] }>('/v1/audit-events?action=api_key.refused&limit=100')).body;
    const linesOf = ({ id }: KeyMade): unknown[] =>
      data.flatMap(({ target, reason_code, ip, details }) => (target.id === id ? [[reason_code, ip, details]] : [])).sort();
    const reasons = ['api_key_network', 'api_key_revoked', 'api_key_expired'];
    [bound, revoked, expired].forEach((key, i) => {
      const [first, atTokenEndpoint, ...more] = linesOf(key);
      expect(first).toEqual([reasons[i], key === bound ? '198.51.100.7' : '127.0.0.1', { count: 1 }]);
      expect([atTokenEndpoint, more]).toEqual([[reasons[i], '198.51.100.8', { count: 2 }], []]);
    });
    expect(linesOf(asked)).toEqual([['api_key_revoked', '127.0.0.1', { count: 2, asked_by: asked.audience }]]);
    expect(JSON.stringify(await b.api.get('/v1/audit-events?action=api_key.refused&limit=100'))).not.toContain(bound.id);
  });

  it('400 for an exchange without a proof where the API wants tokens that are bound to a key of the caller', async () => {
    const sender = await operator.anApi({ sender_constraint: 'mtls' });
    const { id } = await operator.anOrg();
    const made = await operator.create<KeyMade>(`/v1/orgs/${id}/api-keys`, {
      name: 'x',
      audience: sender.identifier,
      scopes: ['read:things'],
    });
    expect((await exchange(made)).body['error']).toBe('invalid_request');
  });

  it('429 after many unknown keys from one address, while a right one from there still works', async () => {
    const right = await aKey(a);
    const headers = { 'x-forwarded-for': '192.0.2.99' };
    const statuses = new Set<number>();
    for (let i = 0; i < 65; i++) statuses.add((await withKey(mintSecret('csn_key_live'), headers)).status);
    expect([...statuses].sort()).toEqual([401, 429]);
    expect((await withKey(right.key, headers)).status).toBe(200);
  });
});

describe('the session of a browser at /v1/me', () => {
  const path = '/v1/me/personal-access-tokens';

  it('401 without the token of our pages, 403 with that of another session or from another origin', async () => {
    const [person, other] = [await aPerson(operator, a.org.id), await aPerson(operator, a.org.id)];
    const cookie = [...person.browser.cookies].map((pair) => pair.join('=')).join('; ');
    const wish = { name: 'x', audience: analytics, scopes: [READ] };
    const send = (headers: Record<string, string>): Promise<Answer> =>
      call('POST', server.url + path, undefined, wish, { cookie, ...headers });
    expect(refusalOf(await send({}))).toEqual([401, 'missing_credentials']);
    const csrf = (await person.browser.state()).csrf_token;
    expect(refusalOf(await send({ 'x-csrf-token': (await other.browser.state()).csrf_token }))).toEqual([403, 'form_expired']);
    expect(refusalOf(await send({ 'x-csrf-token': csrf, origin: 'https://evil.example' }))).toEqual([403, 'form_expired']);
    expect(refusalOf(await send({ 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' }))).toEqual([403, 'form_expired']);
    expect((await send({ 'x-csrf-token': csrf, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });

  it("opens nothing else of the management API, and nobody else's tokens", async () => {
    const [person, other] = [await aPerson(operator, a.org.id), await aPerson(operator, a.org.id)];
    const headersOf = async ({ browser }: typeof person): Promise<Record<string, string>> => ({
      cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; '),
      'x-csrf-token': (await browser.state()).csrf_token,
    });
    const mine = await headersOf(person);
    expect((await call('GET', `${server.url}/v1/orgs/${a.org.id}/api-keys`, undefined, undefined, mine)).status).toBe(401);
    expect((await call('GET', `${server.url}/v1/me/../orgs`, undefined, undefined, mine)).status).toBe(401);
    const wish = { name: 'x', audience: analytics, scopes: [READ] };
    const { body } = await call<KeyMade>('POST', server.url + path, undefined, wish, await headersOf(other));
    expect(refusalOf(await call('DELETE', `${server.url}${path}/${body.id}`, undefined, undefined, mine))).toEqual([404, 'not_found']);
    expect((await withKey(body.key)).status).toBe(200);
  });
});

describe('reports of a secret scanner', () => {
  const report = (body: string, by: { id: string; key: typeof scanner.privateKey }, signed = body): Promise<Answer> =>
    call('POST', `${server.url}/secret-scanning/reports`, undefined, body, {
      'github-public-key-identifier': by.id,
      'github-public-key-signature': sign('sha256', Buffer.from(signed), by.key).toString('base64'),
    });
  const trusted = { id: 'scanner-1', key: scanner.privateKey };
  const found = (key: string): string =>
    JSON.stringify([{ token: key, type: 'countersign_api_key', url: 'https://github.example/leak', source: 'content' }]);

  it('200 true_positive and the key ends everywhere; its organization finds out why', async () => {
    const key = await aKey(a);
    let answer: Answer | undefined;
    await endsEverywhere(key.key, async () => (answer = await report(found(key.key), trusted)));
    const token_hash = createHash('sha256').update(key.key).digest('base64');
    expect([answer?.status, answer?.body]).toEqual([200, [{ token_hash, token_type: 'countersign_api_key', label: 'true_positive' }]]);
    const { data } = (await a.api.get<{ data: AuditEvent[] }>(`/v1/audit-events?target=${key.id}&action=api_key.revoked`)).body;
    expect(data[0]?.details).toMatchObject({ reason: 'leaked', found_at: 'https://github.example/leak' });
    expect(JSON.stringify(data)).not.toContain(key.key);
  });

  it('200 false_positive for what only looks like a key', async () => {
    const { body } = await report(found(mintSecret('csn_key_live')), trusted);
    expect(body).toMatchObject([{ label: 'false_positive' }]);
  });

  // Seen to fail with the signature checked over the parsed body written again.
  it('403 report_not_signed for another key, another name, another body and none: nothing is revoked', async () => {
    const { key } = await aKey(a);
    const body = found(key);
    const answers = [
      await report(body, { id: 'scanner-1', key: stranger.privateKey }),
      await report(body, { id: 'scanner-2', key: scanner.privateKey }),
      await report(body, trusted, `${body} `),
      await call('POST', `${server.url}/secret-scanning/reports`, undefined, body),
    ];
    for (const answer of answers) expect(refusalOf(answer)).toEqual([403, 'report_not_signed']);
    expect((await withKey(key)).status).toBe(200);
    expect((await report(`${body} `, trusted)).status).toBe(200);
  });

  it('400 for a signed report that is no list', async () => {
    expect(refusalOf(await report('{"token":"x"}', trusted))).toEqual([400, 'malformed_request']);
  });
});
