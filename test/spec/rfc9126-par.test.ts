import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import {
  admit,
  anApp,
  answerOf,
  ask,
  authorizationQuery,
  choose,
  credentials,
  interactionOf,
  locationOf,
  pkce,
  READ,
  redeem,
  REDIRECT_URI,
  type AppMade,
} from '../support/delegation.js';
import { basic, call, postForm, type Answer } from '../support/requests.js';
import { aPerson, type PersonMade } from '../support/visitor.js';

let server: TestServer;
let operator: Operator;
let app: AppMade;
let native: AppMade;
let person: PersonMade;
const proof = pkce();

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  app = await anApp(operator);
  native = await anApp(operator, { client_type: 'public' });
  await admit(operator, server.orgs[0].id, { app_ids: [app.id, native.id] });
  person = await aPerson(operator, server.orgs[0].id);
});
afterAll(() => server.stop());

function push(made: AppMade, more: Record<string, string | undefined> = {}, url = server.url): Promise<Answer> {
  const form = new URLSearchParams(authorizationQuery(made, proof, more));
  if (made.client_secret !== undefined) form.set('client_secret', made.client_secret);
  return postForm(`${url}/oauth/par`, form.toString());
}

async function pushed(made: AppMade, more: Record<string, string | undefined> = {}): Promise<string> {
  const answer = await push(made, more);
  if (answer.status !== 201) throw new Error(`Not pushed: ${answer.status} ${answer.text}`);
  return String(answer.body['request_uri']);
}

function go(browser: PersonMade['browser'], made: AppMade, requestUri: string, more = ''): Promise<Answer> {
  return browser.get(`/oauth/authorize?client_id=${made.client_id}&request_uri=${encodeURIComponent(requestUri)}${more}`);
}

describe('PAR-1 RFC 9126 §2 a request that is left by the back channel', () => {
  it('201 with a reference for a minute, and from there to a token', async () => {
    const answer = await push(app);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/) as string,
      expires_in: 60,
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const begun = await go(person.browser, app, String(answer.body['request_uri']));
    const back = answerOf(await choose(person.browser, interactionOf(begun)));
    expect(back).toMatchObject({ state: 'some state', iss: server.url });
    expect((await redeem(server.url, app, back.code, proof)).status).toBe(200);
  });

  it('201 by HTTP Basic, and for a public app by its name', async () => {
    const form = authorizationQuery(app, proof, { client_id: undefined });
    const byBasic = await postForm(`${server.url}/oauth/par`, form, {
      authorization: basic({ client_id: app.client_id, client_secret: app.client_secret ?? '' }),
    });
    expect(byBasic.status).toBe(201);
    expect((await push(native)).status).toBe(201);
  });

  it('RFC 8414 both endpoints are announced, and that iss is in every answer', async () => {
    const { body } = await call('GET', `${server.url}/.well-known/oauth-authorization-server`, undefined);
    expect(body).toMatchObject({
      authorization_endpoint: `${server.url}/oauth/authorize`,
      pushed_authorization_request_endpoint: `${server.url}/oauth/par`,
      require_pushed_authorization_requests: false,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']) as string[],
      token_endpoint_auth_methods_supported: expect.arrayContaining(['none']) as string[],
    });
  });
});

describe('PAR-2 what is refused there', () => {
  it.each<[string, Record<string, string | undefined>, string]>([
    ['a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    ['another redirect URI', { redirect_uri: 'https://evil.example/' }, 'invalid_request'],
    ['no challenge', { code_challenge: undefined }, 'invalid_request'],
    ['plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['token', { response_type: 'token' }, 'unsupported_response_type'],
    ['no known scope', { scope: 'x' }, 'invalid_scope'],
    ['another API', { resource: 'https://unknown.example' }, 'invalid_target'],
    ['authorization_details', { authorization_details: '[]' }, 'invalid_authorization_details'],
    ['a request object', { request: 'x' }, 'request_not_supported'],
  ])('400 %s', async (_, more, error) => {
    const answer = await push(app, more);
    expect([answer.status, answer.body['error'], answer.headers.get('location')]).toEqual([400, error, null]);
  });

  it('401 a wrong secret; 400 a service principal; 405 GET; 400 JSON; 413 too much', async () => {
    expect((await push({ ...app, client_secret: 'x' })).status).toBe(401);
    const [principal] = server.orgs[0].service_principals;
    if (!principal) throw new Error('The demo has service principals.');
    const asPrincipal = await push({ ...app, client_id: principal.client_id, client_secret: principal.client_secret });
    expect([asPrincipal.status, asPrincipal.body['error']]).toEqual([400, 'invalid_request']);
    const byGet = await call('GET', `${server.url}/oauth/par`, undefined);
    expect([byGet.status, byGet.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await call('POST', `${server.url}/oauth/par`, undefined, credentials(app))).status).toBe(400);
    expect((await postForm(`${server.url}/oauth/par`, { state: 'a'.repeat(70_000) })).status).toBe(413);
  });

  it('400 repeated parameters, even alike', async () => {
    const form = `${authorizationQuery(app, proof)}&client_secret=${app.client_secret}&scope=${READ}&scope=${READ}`;
    const answer = await postForm(`${server.url}/oauth/par`, form);
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_request']);
  });

  it('no credential is kept', async () => {
    await push(app);
    const rows = await server.sql<{ parameters: string }>('SELECT parameters FROM pushed_requests');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ parameters }) => parameters.includes('csn_secret'))).toEqual([]);
  });
});

describe('PAR-3 RFC 9126 §4 what the browser brings', () => {
  // Attack 33.
  it('parameters beside the reference change nothing', async () => {
    const requestUri = await pushed(app, { scope: READ, state: 'pushed' });
    const begun = await go(
      person.browser,
      app,
      requestUri,
      '&scope=read:reports&state=tampered&redirect_uri=https%3A%2F%2Fevil.example&code_challenge=x',
    );
    const location = locationOf(begun);
    const back = location.searchParams.has('code') ? begun : await choose(person.browser, interactionOf(begun));
    expect(locationOf(back).href).toMatch(new RegExp(`^${REDIRECT_URI}\\?`));
    expect(answerOf(back)).toMatchObject({ state: 'pushed' });
    expect((await redeem(server.url, app, answerOf(back).code, proof)).body['scope']).toBe(READ);
  });

  it('400 for another app, for another browser than the first, and after a minute; a reload is fine', async () => {
    const requestUri = await pushed(app, { prompt: 'consent' });
    expect((await go(person.browser, native, requestUri)).status).toBe(400);
    expect((await go(person.browser, app, requestUri)).status).toBe(303);
    expect((await go(person.browser, app, requestUri)).status).toBe(303);
    const other = await aPerson(operator, server.orgs[0].id);
    const elsewhere = await go(other.browser, app, requestUri);
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([400, null]);
    expect(elsewhere.text).toContain('invalid_request_uri');
    await server.sql('UPDATE pushed_requests SET expires_at = now()');
    expect((await go(person.browser, app, requestUri)).status).toBe(400);
  });

  it('AE-18 where requests must be pushed, a plain one is refused and a pushed one goes on', async () => {
    const strict = await server.replica({ REQUIRE_PUSHED_AUTHORIZATION_REQUESTS: 'true' });
    const plain = await fetch(`${strict.url}/oauth/authorize?${authorizationQuery(app, proof)}`, { redirect: 'manual' });
    expect(new URL(plain.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_request');
    const requestUri = String((await push(app, {}, strict.url)).body['request_uri']);
    const query = `client_id=${app.client_id}&request_uri=${encodeURIComponent(requestUri)}`;
    const answer = await fetch(`${strict.url}/oauth/authorize?${query}`, { redirect: 'manual' });
    expect(new URL(answer.headers.get('location') ?? '').pathname).toBe('/login');
    const metadata = await call('GET', `${strict.url}/.well-known/oauth-authorization-server`, undefined);
    expect(metadata.body['require_pushed_authorization_requests']).toBe(true);
    expect((await ask(person.browser, app, proof)).status).toBe(303);
  });
});
