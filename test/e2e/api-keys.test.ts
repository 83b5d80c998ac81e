import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_KEY_TOKEN_TYPE, SECRET_PATTERN, TOKEN_EXCHANGE_GRANT_TYPE } from '@countersign/oauth';
import { IssuerConnection, ResourceServer, type ResourceRequestRefused } from '@countersign/resource-server';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { admit, anApp, READ, tokensFor } from '../support/delegation.js';
import { aFeedApi } from '../support/feeds.js';
import { OpenTransaction } from '../support/open-transaction.js';
import { basic, call, postForm, type Answer } from '../support/requests.js';
import { aPerson, Visitor, type PersonMade } from '../support/visitor.js';
import { aTenant, locationsOf, operatorOf, refusalOf, type ApiCaller, type Tenant } from './support/management.js';

interface KeyMade {
  id: string;
  key: string;
  status: string;
  hint: string;
  owner: { type: string; id: string };
  scopes: string[];
  allowed_ips: string[];
  created_at: string;
  expires_at: string;
  revoked_reason: string | null;
  replaced_by: string | null;
  last_used_at: string | null;
}

const DAY_MS = 86_400_000;
const RIGHTS = ['read:orgs', 'read:api-keys', 'write:api-keys', 'read:audit-events'];
let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let tenant: Tenant;
let analytics: string;
let keys: string;

beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1' });
  ({ operator, api } = await operatorOf(server));
  tenant = await aTenant(operator, { name: 'Keys', rights: RIGHTS, analytics: [READ, 'write:customer-events'] });
  analytics = `${server.url}/analytics`;
  keys = `/v1/orgs/${tenant.org.id}/api-keys`;
});
afterAll(() => server.stop());

async function aKey(fields: Record<string, unknown> = {}): Promise<KeyMade> {
  const made = await tenant.api.post<KeyMade>(keys, { name: 'nightly', audience: analytics, scopes: [READ], ...fields });
  if (made.status !== 201) throw new Error(`No key: ${made.status} ${made.text}`);
  return made.body;
}

const withKey = (key: string, headers: Record<string, string> = {}): Promise<Answer> =>
  call('GET', `${analytics}/v1/customers`, undefined, undefined, { 'x-api-key': key, ...headers });

const exchange = ({ id, key }: Pick<KeyMade, 'id' | 'key'>, more: Record<string, string> = {}): Promise<Answer> =>
  postForm(`${server.url}/oauth/token`, {
    grant_type: TOKEN_EXCHANGE_GRANT_TYPE,
    client_id: id,
    subject_token: key,
    subject_token_type: API_KEY_TOKEN_TYPE,
    ...more,
  });

/** What a person does on the page, as the page does it. */
async function byPerson<T = KeyMade>({ browser }: PersonMade, method: string, path: string, body?: unknown): Promise<Answer<T>> {
  const { csrf_token } = await browser.state();
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
  return call<T>(method, `${server.url}/v1/me/personal-access-tokens${path}`, undefined, body, { cookie, 'x-csrf-token': csrf_token });
}

describe('an API key of an organization', () => {
  it('201 with the key, once; it works as X-API-Key and as Bearer, for its own organization', async () => {
    const made = await aKey();
    expect(made.key).toMatch(/^csn_key_live_[0-9A-Za-z]{49}$/);
    expect(made.key).toMatch(SECRET_PATTERN);
    expect(made).toMatchObject({
      id: expect.stringMatching(/^key_[0-9a-z]{26}$/) as string,
      hint: made.key.slice(-4),
      status: 'active',
      owner: { type: 'org', id: tenant.org.id },
      scopes: [READ],
      last_used_at: null,
    });
    expect((Date.parse(made.expires_at) - Date.parse(made.created_at)) / DAY_MS).toBeCloseTo(90, 2);
    for (const answer of [await withKey(made.key), await withKey(made.key), await call('GET', `${analytics}/v1/customers`, made.key)])
      expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    const { body } = await tenant.api.get<KeyMade>(`${keys}/${made.id}`);
    expect(body.key).toBeUndefined();
    expect(JSON.stringify(await server.sql('SELECT * FROM api_keys'))).not.toContain(made.key);
  });

  it('the demo file holds one that works', async () => {
    const [key] = server.orgs[0].api_keys ?? [];
    expect((await withKey(key?.key ?? '')).status).toBe(200);
  });

  it('an Idempotency-Key makes one key and shows it again', async () => {
    const body = { name: 'once', audience: analytics, scopes: [READ] };
    const [first, second] = [await post(), await post()];
    expect([first.status, second.body]).toEqual([201, first.body]);
    function post(): Promise<Answer<KeyMade>> {
      return tenant.api.post<KeyMade>(keys, body, { 'idempotency-key': 'api-key-once' });
    }
  });

  it('403 insufficient_scope beyond its scopes, 401 at another API', async () => {
    const { key } = await aKey();
    expect(refusalOf(await call('POST', `${analytics}/v1/reports`, undefined, {}, { 'x-api-key': key }))).toEqual([
      403,
      'insufficient_scope',
    ]);
    expect(refusalOf(await call('GET', `${server.url}/v1/orgs`, undefined, undefined, { 'x-api-key': key }))).toEqual([
      401,
      'invalid_token',
    ]);
  });

  it('403 grant_not_assignable beyond the rights of its maker or the ceiling of the organization', async () => {
    const ask = (by: ApiCaller, path: string, scopes: string[]): Promise<Answer> =>
      by.post(path, { name: 'x', audience: analytics, scopes });
    const beyond = await ask(tenant.api, keys, [READ, 'read:reports']);
    expect([...refusalOf(beyond), locationsOf(beyond)]).toEqual([403, 'grant_not_assignable', ['/scopes']]);
    const { id } = await operator.anOrg({ ceiling: [{ audience: analytics, scopes: ['read:reports'] }] });
    expect(refusalOf(await ask(api, `/v1/orgs/${id}/api-keys`, [READ]))).toEqual([403, 'grant_not_assignable']);
    const unknown = await ask(tenant.api, keys, ['read:nothing']);
    expect([...refusalOf(unknown), locationsOf(unknown)]).toEqual([422, 'validation_failed', ['/scopes']]);
  });

  it('a key with the right to make keys has nothing to hand out', async () => {
    const { key } = await aKey({ audience: `${server.url}/v1`, scopes: ['write:api-keys', 'read:api-keys'] });
    const headers = { 'x-api-key': key };
    expect((await call('GET', server.url + keys, undefined, undefined, headers)).status).toBe(200);
    const asked = { name: 'x', audience: analytics, scopes: [READ] };
    expect(refusalOf(await call('POST', server.url + keys, undefined, asked, headers))).toEqual([403, 'grant_not_assignable']);
  });

  it('lives a day at least and as long as the organization allows at most', async () => {
    const { org, api: inside } = await aTenant(operator, { rights: RIGHTS, max_api_key_lifetime_seconds: 30 * 86_400 });
    const ask = (days: number | undefined): Promise<Answer<KeyMade>> =>
      inside.post<KeyMade>(`/v1/orgs/${org.id}/api-keys`, {
        name: 'x',
        audience: analytics,
        scopes: [READ],
        ...(days !== undefined && { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() }),
      });
    expect([(await ask(1)).status, (await ask(30)).status, locationsOf(await ask(0.5)), locationsOf(await ask(31))]).toEqual([
      201,
      201,
      ['/expires_at'],
      ['/expires_at'],
    ]);
    const { created_at, expires_at } = (await ask(undefined)).body;
    expect((Date.parse(expires_at) - Date.parse(created_at)) / DAY_MS).toBeCloseTo(30, 2);
  });

  it('rotates with an overlap and keeps its settings; a grace of 0 ends it at once, and an ended one cannot be rotated', async () => {
    const old = await aKey({ name: 'rotated', allowed_ips: ['127.0.0.1', '::1'] });
    const rotated = await tenant.api.post<KeyMade>(`${keys}/${old.id}/rotate`, { grace_seconds: 3600 });
    expect(rotated.status).toBe(201);
    expect(rotated.body).toMatchObject({ name: 'rotated', scopes: [READ], allowed_ips: old.allowed_ips, status: 'active' });
    expect([(await withKey(old.key)).status, (await withKey(rotated.body.key)).status]).toEqual([200, 200]);
    const before = (await tenant.api.get<KeyMade>(`${keys}/${old.id}`)).body;
    expect(before.replaced_by).toBe(rotated.body.id);
    expect((Date.parse(before.expires_at) - Date.now()) / 1000).toBeCloseTo(3600, -2);
    const again = await tenant.api.post(`${keys}/${old.id}/rotate`, {});
    expect([...refusalOf(again), String(again.body['detail']).includes(rotated.body.id)]).toEqual([409, 'api_key_replaced', true]);
    const { id, key } = rotated.body;
    expect((await tenant.api.post(`${keys}/${id}/rotate`, { grace_seconds: 0 })).status).toBe(201);
    expect((await withKey(key)).status).toBe(401);
    expect(refusalOf(await tenant.api.post(`${keys}/${id}/rotate`, {}))).toEqual([409, 'api_key_ended']);
  });

  it('204 revoked: refused at once, listed with its reason, and revoking it again changes nothing', async () => {
    const { id, key } = await aKey();
    expect((await withKey(key)).status).toBe(200);
    expect((await tenant.api.delete(`${keys}/${id}`)).status).toBe(204);
    expect(refusalOf(await withKey(key))).toEqual([401, 'invalid_token']);
    expect((await tenant.api.delete(`${keys}/${id}`)).status).toBe(204);
    const listed = (await tenant.api.all<KeyMade>(keys, 3)).find((one) => one.id === id);
    expect(listed).toMatchObject({ status: 'revoked', revoked_reason: 'by_administrator' });
    const events = (await tenant.api.get<{ data: { action: string }[] }>(`/v1/audit-events?target=${id}`)).body.data;
    expect(events.map(({ action }) => action)).toEqual(['api_key.revoked', 'api_key.created']);
  });
});

describe('a personal access token', () => {
  const wish = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
    name: 'my script',
    audience: analytics,
    scopes: [READ],
    ...fields,
  });

  it('201 by the session of its person; it acts for them in their organization', async () => {
    const person = await aPerson(operator, tenant.org.id);
    const made = await byPerson(person, 'POST', '', wish());
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    expect(made.body.key).toMatch(/^csn_pat_[0-9A-Za-z]{49}$/);
    expect(made.body).toMatchObject({ id: expect.stringMatching(/^pat_/) as string, owner: { type: 'user', id: person.userId } });
    expect((await withKey(made.body.key)).status).toBe(200);
    const claims = decodeJwt(String((await exchange(made.body)).body['access_token']));
    expect(claims).toMatchObject({ sub: person.userId, client_id: made.body.id, org_id: tenant.org.id, principal_type: 'api_key' });
    const rotated = await byPerson(person, 'POST', `/${made.body.id}/rotate`, { grace_seconds: 0 });
    expect([rotated.status, (await withKey(made.body.key)).status, (await withKey(rotated.body.key)).status]).toEqual([201, 401, 200]);
    const list = await byPerson<{ data: KeyMade[] }>(person, 'GET', '');
    expect(list.body.data.map(({ id, status }) => [id, status])).toEqual([
      [rotated.body.id, 'active'],
      [made.body.id, 'revoked'],
    ]);
    expect((await byPerson(person, 'DELETE', `/${rotated.body.id}`)).status).toBe(204);
    expect((await withKey(rotated.body.key)).status).toBe(401);
  });

  it('403 grant_not_assignable beyond the role; 422 where it is not clear for which organization', async () => {
    const person = await aPerson(operator, tenant.org.id);
    const management = wish({ audience: `${server.url}/v1`, scopes: ['write:api-keys'] });
    expect(refusalOf(await byPerson(person, 'POST', '', management))).toEqual([403, 'grant_not_assignable']);
    const foreign = await byPerson(person, 'POST', '', wish({ org_id: server.orgs[0].id }));
    expect([...refusalOf(foreign), locationsOf(foreign)]).toEqual([422, 'validation_failed', ['/org_id']]);
  });

  // The second was seen to fail with the limit asked at creation alone.
  it('409 too_many_tokens after fifty live ones, and for a rotation after a hundred with those that run out', async () => {
    const person = await aPerson(operator, tenant.org.id);
    const { id } = (await byPerson(person, 'POST', '', wish())).body;
    const copies = (from: number, to: number): Promise<unknown> =>
      server.sql(
        `INSERT INTO api_keys (id, org_id, user_id, name, api_id, scopes, allowed_ips, digest, pepper_version, hint, created_by, expires_at)
         SELECT 'pat_' || n, org_id, user_id, name, api_id, scopes, allowed_ips, sha256(n::text::bytea), pepper_version, hint, created_by,
                now() + interval '1 day'
           FROM api_keys, generate_series($2::int, $3::int) AS n WHERE id = $1`,
        [id, from, to],
      );
    await copies(2, 50);
    expect(refusalOf(await byPerson(person, 'POST', '', wish()))).toEqual([409, 'too_many_tokens']);
    const rotated = await byPerson(person, 'POST', `/${id}/rotate`, {});
    expect(rotated.status).toBe(201);
    await copies(51, 99);
    expect(refusalOf(await byPerson(person, 'POST', `/${rotated.body.id}/rotate`, {}))).toEqual([409, 'too_many_tokens']);
  });

  it('an administrator of the organization sees and revokes it, and cannot rotate it', async () => {
    const person = await aPerson(operator, tenant.org.id);
    const { id, key } = (await byPerson(person, 'POST', '', wish())).body;
    expect((await tenant.api.all<KeyMade>(keys)).find((one) => one.id === id)?.owner).toEqual({ type: 'user', id: person.userId });
    expect(refusalOf(await tenant.api.post(`${keys}/${id}/rotate`, {}))).toEqual([404, 'not_found']);
    expect((await tenant.api.delete(`${keys}/${id}`)).status).toBe(204);
    expect((await withKey(key)).status).toBe(401);
  });

  it('rests while its person is disabled, follows their role, and ends with their membership', async () => {
    const person = await aPerson(operator, tenant.org.id);
    const { key, id } = (await byPerson(person, 'POST', '', wish())).body;
    const member = `/v1/orgs/${tenant.org.id}/members/${person.memberId}`;
    const works = async (): Promise<number> => (await withKey(key)).status;
    expect(await works()).toBe(200);
    await api.post(`${member}/disable`);
    expect(await works()).toBe(401);
    await api.post(`${member}/enable`);
    expect(await works()).toBe(200);
    await api.post(`/v1/users/${person.userId}/disable`);
    expect(await works()).toBe(401);
    await api.post(`/v1/users/${person.userId}/enable`);
    expect(await works()).toBe(200);
    await api.delete(member);
    expect(await works()).toBe(401);
    expect((await tenant.api.get<KeyMade>(`${keys}/${id}`)).body.revoked_reason).toBe('member_removed');
  });

  // Seen to fail with one organization ended after the other, and without `prepare`: the request was a deadlock's victim.
  it('a person of two organizations is deleted while a key in the second is rotated and a consent is taken back', async () => {
    const person = await aPerson(operator, tenant.org.id);
    const { id, key } = (await byPerson(person, 'POST', '', wish())).body;
    const [{ id: second }, app] = [await operator.anOrg(), await anApp(operator)];
    await server.sql(
      `INSERT INTO members (id, org_id, user_id, email, role, status)
       SELECT 'mem_7' || right(id, 25), $2, user_id, email, role, status FROM members WHERE id = $1`,
      [person.memberId, second],
    );
    await server.sql(
      `INSERT INTO api_keys (id, org_id, user_id, name, api_id, scopes, allowed_ips, digest, pepper_version, hint, created_by, expires_at)
       SELECT 'pat_7' || right(id, 25), $2, user_id, name, api_id, scopes, allowed_ips, sha256(id::bytea), pepper_version, hint, created_by, expires_at
         FROM api_keys WHERE id = $1`,
      [id, second],
    );
    await server.sql(
      `INSERT INTO consents (id, org_id, user_id, app_id, api_id, scopes, redirect_uris)
       SELECT 'con_' || right($1, 26), org_id, user_id, $2, api_id, scopes, '{}' FROM api_keys WHERE id = $1`,
      [id, app.id],
    );
    // What a rotation and a withdrawal do: the row first, then the version of the topic.
    const [rotation, withdrawal] = [await OpenTransaction.begin(server), await OpenTransaction.begin(server)];
    await rotation.run('SELECT FROM api_keys WHERE user_id = $1 AND org_id = $2 FOR NO KEY UPDATE', [person.userId, second]);
    await withdrawal.run('SELECT FROM consents WHERE user_id = $1 FOR UPDATE', [person.userId]);
    const deleted = api.delete(`/v1/users/${person.userId}`);
    const publish = `UPDATE change_versions SET version = version + 1 WHERE topic = ANY ($1)`;
    await rotation.untilWaiting();
    await rotation.run(publish, [['clients', 'revocations']]);
    await rotation.commit();
    await withdrawal.untilWaiting();
    await withdrawal.run(publish, [['revocations']]);
    await withdrawal.commit();
    expect([(await deleted).status, (await withKey(key)).status]).toEqual([204, 401]);
    const [left] = await server.sql(
      `SELECT (SELECT count(*) FROM consents WHERE user_id = $1)::int AS consents,
              (SELECT count(*) FROM api_keys WHERE user_id = $1 AND expires_at > now())::int AS keys`,
      [person.userId],
    );
    expect(left).toEqual({ consents: 0, keys: 0 });
  });

  // A thief with the session makes a token that outlives it. Seen to fail without user.password_changed among the actions of the reaction.
  it('ends with the password of its person, changed or reset, also one that runs out after a rotation', async () => {
    const person = await aPerson(operator, tenant.org.id);
    const made = (await byPerson(person, 'POST', '', wish())).body;
    const next = (await byPerson(person, 'POST', `/${made.id}/rotate`, {})).body;
    expect([(await withKey(made.key)).status, (await withKey(next.key)).status]).toEqual([200, 200]);
    const form = { current_password: person.password, new_password: 'five entirely other words' };
    expect((await person.browser.submit('/account/password', form)).status).toBe(303);
    expect([(await withKey(made.key)).status, (await withKey(next.key)).status]).toEqual([401, 401]);
    expect((await tenant.api.get<KeyMade>(`${keys}/${next.id}`)).body.revoked_reason).toBe('password_changed');
    const later = (await byPerson(person, 'POST', '', wish())).body;
    expect((await withKey(later.key)).status).toBe(200);
    const { reset_url } = (await api.post<{ reset_url: string }>(`/v1/users/${person.userId}/password-reset`)).body;
    const link = new URL(reset_url).searchParams.get('link') ?? '';
    const reset = await new Visitor(server.url).submit('/login/reset', { link, password: 'once more some other words' });
    expect([reset.status, (await withKey(later.key)).status]).toEqual([303, 401]);
  });

  it('is made, shown once and revoked on the account page; what is wrong is said there', async () => {
    const { browser } = await aPerson(operator, tenant.org.id);
    const html = { accept: 'text/html' };
    const start = await browser.get('/account/tokens/new', html);
    const [, apiId] = /org=org_\w+&amp;api=(api_\w+)">Saasalytics/.exec(start.text) ?? [];
    const place = { org: tenant.org.id, api: String(apiId), days: '30' };
    expect((await browser.get(`/account/tokens/new?${new URLSearchParams(place).toString()}`, html)).text).toContain(`value="${READ}"`);
    const send = async (fields: Record<string, string>): Promise<Answer> =>
      browser.post('/account/tokens', { csrf_token: (await browser.state()).csrf_token, ...place, ...fields }, html);
    const empty = await send({ name: 'nightly job' });
    expect([empty.status, empty.text.includes('Tick at least one permission.'), empty.text.includes('value="nightly job"')]).toEqual([
      422,
      true,
      true,
    ]);
    const made = await send({ name: 'nightly job', scope: READ });
    const [key = ''] = SECRET_PATTERN.exec(made.text) ?? [];
    expect([made.status, made.headers.get('referrer-policy'), made.headers.get('cache-control')]).toEqual([200, 'no-referrer', 'no-store']);
    expect((await withKey(key)).status).toBe(200);
    const account = (await browser.get('/account', html)).text;
    expect([account.includes('nightly job'), account.includes(key.slice(-4)), account.includes(key)]).toEqual([true, true, false]);
    const [, id] = /\/account\/tokens\/(pat_\w+)\/revoke/.exec(account) ?? [];
    expect((await browser.submit(`/account/tokens/${id}/revoke`)).status).toBe(303);
    expect((await withKey(key)).status).toBe(401);
    const forged = await browser.post('/account/tokens', { ...place, name: 'x', scope: READ, csrf_token: 'x' });
    expect(refusalOf(forged)).toEqual([403, 'form_expired']);
  });

  it('an app that may see them lists them for its person, and cannot make one', async () => {
    const app = await anApp(operator, { grants: [{ audience: `${server.url}/v1`, scopes: ['read:api-keys'] }] });
    await admit(operator, tenant.org.id, { mode: 'all' });
    const person = await aPerson(operator, tenant.org.id);
    const { id } = (await byPerson(person, 'POST', '', wish())).body;
    const { access_token: token } = await tokensFor(person.browser, app);
    const list = await call<{ data: KeyMade[] }>('GET', `${server.url}/v1/me/personal-access-tokens`, String(token));
    expect([list.status, list.body.data?.map((one) => one.id)]).toEqual([200, [id]]);
    const made = await call('POST', `${server.url}/v1/me/personal-access-tokens`, String(token), wish());
    expect(refusalOf(made)).toEqual([403, 'insufficient_scope']);
  });
});

describe('an exchange of a key (RFC 8693)', () => {
  it('200 with a short token of the key, whole or narrower, that dies with the key', async () => {
    const made = await aKey({ scopes: [READ, 'write:customer-events'] });
    const answer = await exchange(made);
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { token_type: 'Bearer', scope: `${READ} write:customer-events`, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
    ]);
    const token = String(answer.body['access_token']);
    expect(decodeJwt(token)).toMatchObject({
      aud: analytics,
      sub: made.id,
      client_id: made.id,
      cred: made.id,
      org_id: tenant.org.id,
      principal_type: 'api_key',
    });
    expect(decodeJwt(token)['act']).toBeUndefined();
    const narrow = await exchange(made, { scope: READ });
    expect(narrow.body['scope']).toBe(READ);
    expect((await exchange(made, { scope: 'read:reports', audience: analytics })).body['error']).toBe('invalid_scope');
    const customers = (): Promise<Answer> => call('GET', `${analytics}/v1/customers`, token);
    expect((await customers()).status).toBe(200);
    await tenant.api.delete(`${keys}/${made.id}`);
    expect((await customers()).status).toBe(401);
    expect((await exchange(made)).body['error']).toBe('invalid_client');
  });

  it('never lives longer than the key', async () => {
    const made = await aKey();
    await tenant.api.post(`${keys}/${made.id}/rotate`, { grace_seconds: 600 });
    expect(Number((await exchange(made)).body['expires_in'])).toBeLessThanOrEqual(600);
  });
});

describe('a guard in another process (RFC 7662)', () => {
  // Seen to fail with the answer kept although the feed names the key.
  it('takes keys that were made for its API, asks once, and ends with the feed within two seconds', async () => {
    const made = await aFeedApi(operator);
    const questions: string[] = [];
    const connection = new IssuerConnection({
      issuer: server.url,
      audience: made.identifier,
      credential: { apiId: made.id, secret: made.credential.client_secret },
      apiKeys: true,
      fetch: (input, init) => {
        if (String(input).endsWith('/oauth/introspect')) questions.push(String(init?.body));
        return fetch(input, init);
      },
    });
    const guard = new ResourceServer({ ...connection });
    await connection.start();
    const key = await operator.create<KeyMade>(keys, { name: 'elsewhere', audience: made.identifier, scopes: ['read:things'] });
    const request = (headers: Record<string, string>, address = '127.0.0.1') =>
      guard.authorize(
        { method: 'GET', url: '/', headers, socket: { remoteAddress: address } },
        { scopes: ['read:things'], operation: 'x' },
      );
    const reasonOf = (attempt: Promise<unknown>): Promise<string> =>
      attempt.then(
        () => 'accepted',
        (error: unknown) => (error as ResourceRequestRefused).reason,
      );
    try {
      const caller = await request({ 'x-api-key': key.key });
      expect(caller).toMatchObject({ principalType: 'api_key', clientId: key.id, credentialId: key.id, orgId: tenant.org.id });
      await Promise.all([request({ authorization: `Bearer ${key.key}` }), request({ 'x-api-key': key.key })]);
      expect(questions).toHaveLength(1);
      expect(await reasonOf(request({ 'x-api-key': (await aKey()).key }))).toBe('api_key_inactive');
      expect(await reasonOf(request({ 'x-api-key': 'nonsense' }))).toBe('api_key_malformed');
      expect(await reasonOf(request({ 'x-api-key': key.key, authorization: 'Bearer x' }))).toBe('several_credentials');
      const bound = await operator.create<KeyMade>(keys, {
        name: 'bound',
        audience: made.identifier,
        scopes: ['read:things'],
        allowed_ips: ['10.0.0.0/8', '2001:db8::/32'],
      });
      const from = (address: string): Promise<string> => reasonOf(request({ 'x-api-key': bound.key }, address));
      expect(await Promise.all(['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1'].map(from))).toEqual(['accepted', 'accepted', 'accepted']);
      expect(await from('192.0.2.1')).toBe('api_key_network');
      await tenant.api.delete(`${keys}/${key.id}`);
      await expect.poll(() => reasonOf(request({ 'x-api-key': key.key })), { timeout: 2_000, interval: 20 }).toBe('api_key_inactive');
    } finally {
      await connection.close();
    }
  });
});

it('last use is right for a key that was used exactly once (KEYS-4)', async () => {
  const { id, key } = await aKey();
  const replica = await server.replica();
  expect((await call('GET', `${replica.url}/analytics/v1/customers`, undefined, undefined, { 'x-api-key': key })).status).toBe(200);
  // A guard in another process asks about it. Seen to fail with the use recorded at our own guards alone.
  const elsewhere = await aFeedApi(operator);
  const wish = { name: 'elsewhere', audience: elsewhere.identifier, scopes: ['read:things'] };
  const asked = await operator.create<KeyMade>(keys, wish);
  const unused = await operator.create<KeyMade>(keys, wish);
  const ask = (token: string): Promise<Answer> =>
    postForm(`${replica.url}/oauth/introspect`, { token }, { authorization: basic({ ...elsewhere.credential, client_id: elsewhere.id }) });
  expect((await ask(asked.key)).body['active']).toBe(true);
  expect((await ask(key)).body['active']).toBe(false);
  // Stopping writes what is waiting.
  await replica.process.stop();
  const lastUseOf = async (one: string): Promise<string | null> => (await tenant.api.get<KeyMade>(`${keys}/${one}`)).body.last_used_at;
  for (const used of [id, asked.id]) expect(Date.now() - Date.parse((await lastUseOf(used)) ?? '')).toBeLessThan(60_000);
  expect(await lastUseOf(unused.id)).toBeNull();
});
