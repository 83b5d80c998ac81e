import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE_GRANT_TYPE } from '@countersign/oauth';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { admit, anApp, diesWithin2s, READ, refresh, tokensFor, works, type AppMade, type Tokens } from '../support/delegation.js';
import { aDeviceApp, answerDevice, codesFor, poll } from '../support/devices.js';
import { tlsRequest } from '../support/internal-zone.js';
import { basic, call, postForm, tokenOf, type Credential } from '../support/requests.js';
import { aCallChain, exchange, exchanged, type CallChain } from '../support/token-exchange.js';
import { aPerson, type PersonMade } from '../support/visitor.js';

const GENERATE = 'generate:reports';
let server: TestServer;
let operator: Operator;
let chain: CallChain;
let shopGuard: Credential;
let agent: AppMade;
let device: AppMade;
let person: PersonMade;

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  chain = await aCallChain(operator);
  shopGuard = await operator.create<Credential>(`/v1/apis/${chain.shop.id}/credentials`, {});
  const grants = [
    { audience: `${server.url}/analytics`, scopes: [READ, GENERATE] },
    { audience: chain.shop.identifier, scopes: ['read:things'] },
  ];
  agent = await anApp(operator, { kind: 'agent', name: 'Assistant', client_type: 'public', grants });
  device = await aDeviceApp(operator, { kind: 'agent', name: 'Console assistant' });
  await admit(operator, server.orgs[0].id, { mode: 'all' });
});
afterAll(() => server.stop());
beforeEach(async () => {
  person = await aPerson(operator, server.orgs[0].id);
});

const atAnalytics = (someone = person): Promise<Tokens> =>
  tokensFor(someone.browser, agent, { resource: `${server.url}/analytics`, scope: `${READ} ${GENERATE}` });
const atShop = (someone = person): Promise<Tokens> => tokensFor(someone.browser, agent, { resource: chain.shop.identifier });
const actorOf = (id: string): object => ({ sub: id, client_id: id, principal_type: 'agent' });
const startExport = async (token: string): Promise<number> =>
  (await tlsRequest(server, `${server.internalUrl}/internal/export/start`, { method: 'POST', token, body: { from: '2026-10-01' } })).status;
const eventsOf = (action: string, actorId: string): Promise<{ actor_type: string; details: Record<string, unknown> }[]> =>
  server.sql('SELECT actor_type, details FROM audit_events WHERE action = $1 AND actor_id = $2 ORDER BY id DESC', [action, actorId]);

describe('RFC 8693 §4.1 an agent that acts for a person', () => {
  // Seen to fail with approve() leaving actors as the grants give them.
  it('is named beside them in the tokens of a code, of a refresh and of a device, for a quarter of an hour', async () => {
    const tokens = await atAnalytics();
    const refreshed = (await refresh(server.url, agent, tokens.refresh_token, { scope: READ })).body as unknown as Tokens;
    const codes = await codesFor(server.url, device);
    await answerDevice(person.browser, codes);
    const polled = (await poll(server.url, device, codes)).body as unknown as Tokens;
    for (const [id, { access_token, expires_in }] of [
      [agent.id, tokens],
      [agent.id, refreshed],
      [device.id, polled],
    ] as const) {
      expect(decodeJwt(access_token)).toMatchObject({ sub: person.userId, client_id: id, principal_type: 'agent', act: actorOf(id) });
      expect(expires_in).toBe(900);
    }
    const [issued] = await eventsOf('token.issued', agent.id);
    expect(issued).toMatchObject({ actor_type: 'agent', details: { subject: person.userId, user_id: person.userId } });
  });

  it('and to the guards that ask about the token (RFC 7662)', async () => {
    const { access_token } = await atShop();
    const answer = await postForm(`${server.url}/oauth/introspect`, { token: access_token }, { authorization: basic(shopGuard) });
    expect(answer.body).toMatchObject({ active: true, sub: person.userId, principal_type: 'agent', act: actorOf(agent.id) });
  });

  it('what it does is written down under its name, with the person', async () => {
    const { access_token } = await atAnalytics();
    const month = { kind: 'activity', from: '2026-10-01', to: '2026-10-31' };
    const answer = await call('POST', `${server.url}/analytics/v1/reports`, access_token, month);
    expect(answer.status, answer.text).toBe(201);
    const [event] = await eventsOf('analytics.report.generated', agent.id);
    expect(event).toMatchObject({ actor_type: 'agent', details: { user_id: person.userId, kind: 'activity' } });
  });

  it('stays named when services pass the token on, behind those that came after it', async () => {
    const middle = await exchanged(server, chain.gateway, (await atShop()).access_token, { audience: 'billing' });
    const last = await exchanged(server, chain.billing, middle, { audience: 'export' });
    expect(decodeJwt(middle)).toMatchObject({ sub: person.userId, act: { sub: 'gateway', act: actorOf(agent.id) } });
    expect(decodeJwt(last)['act']).toMatchObject({ sub: 'billing', act: { sub: 'gateway', act: actorOf(agent.id) } });
    const [event] = await eventsOf('token.issued', chain.billing.id);
    expect(event?.details['actors']).toEqual(['billing', 'gateway', agent.id]);
  });
});

describe('attack 78: an agent that wants more than a person gave it', () => {
  it('its own token is about itself, whatever it says about a person', async () => {
    const grants = [{ audience: `${server.url}/analytics`, scopes: [READ] }];
    const own = await operator.aServicePrincipal(server.orgs[0].id, { name: 'Assistant at night', grants });
    const named = { sub: person.userId, subject: person.userId, user_id: person.userId, requested_subject: person.userId };
    const claims = decodeJwt(await tokenOf(server.url, own, { ...named, act: JSON.stringify(actorOf(agent.id)) }));
    expect(claims).toMatchObject({ sub: own.client_id, principal_type: 'service_principal' });
    expect(claims).not.toHaveProperty('act');
  });

  it('400 for its token of one person as the ground of a token of another, or of none', async () => {
    const { access_token } = await atAnalytics();
    const exchange = { grant_type: TOKEN_EXCHANGE_GRANT_TYPE, subject_token: access_token, subject_token_type: ACCESS_TOKEN_TYPE };
    const refused = await postForm(`${server.url}/oauth/token`, { ...exchange, client_id: agent.client_id });
    expect([refused.status, refused.body['error']]).toEqual([400, 'unauthorized_client']);
    const actor = { actor_token: access_token, actor_token_type: ACCESS_TOKEN_TYPE };
    expect((await postForm(`${server.url}/oauth/token`, { ...exchange, ...actor, client_id: agent.client_id })).status).toBe(400);
    const assertion = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: access_token };
    expect((await postForm(`${server.url}/oauth/token`, { ...assertion, client_id: agent.client_id })).status).toBeGreaterThanOrEqual(400);
    const itself = await postForm(`${server.url}/oauth/token`, { grant_type: 'client_credentials', client_id: agent.client_id });
    expect([itself.status, itself.body['error']]).toEqual([400, 'unauthorized_client']);
  });

  it('401 for a token from which it has taken its name, or in which it has put another person', async () => {
    const { access_token } = await atAnalytics();
    const [header, , signature] = access_token.split('.');
    const { act, ...rest } = decodeJwt(access_token);
    expect(act).toEqual(actorOf(agent.id));
    for (const claims of [rest, { ...rest, act, sub: 'usr_01kamx4f5ye8wvq3m2ts6dgn0h' }]) {
      const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
      expect((await call('GET', `${server.url}/analytics/v1/metrics?metric=revenue`, forged)).status).toBe(401);
    }
    expect(await works(server.url, access_token)).toBe(true);
  });

  it('400 for the refresh token of another agent, and the person’s consent to one is none to another', async () => {
    const tokens = await atAnalytics();
    const other = await anApp(operator, { kind: 'agent', name: 'Another', client_type: 'public' });
    expect((await refresh(server.url, other, tokens.refresh_token)).body['error']).toBe('invalid_grant');
    expect((await refresh(server.url, agent, tokens.refresh_token)).status).toBe(200);
  });

  // Seen to fail with tokens of an exchange that carry no ancestors: export takes the last one until it expires.
  it('what services made of its token dies with it within 2 s of the person’s Revoke, and nothing new comes of it', async () => {
    const tokens = await atShop();
    const middle = await exchanged(server, chain.gateway, tokens.access_token, { audience: 'billing' });
    const last = await exchanged(server, chain.billing, middle, { audience: 'export' });
    const elsewhere = await atAnalytics();
    expect(await startExport(last)).toBe(201);
    const consent = String(decodeJwt(tokens.access_token)['grant']);
    expect((await person.browser.submit(`/account/apps/${consent}/revoke`)).status).toBe(303);
    const end = Date.now() + 2_000;
    while ((await startExport(last)) !== 401) {
      if (Date.now() > end) throw new Error('The child token is still taken after 2 s.');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await exchange(server, chain.gateway, tokens.access_token, { audience: 'billing' })).status).toBe(400);
    expect((await exchange(server, chain.billing, middle, { audience: 'export' })).status).toBe(400);
    expect((await refresh(server.url, agent, tokens.refresh_token)).body['error']).toBe('invalid_grant');
    expect(await works(server.url, elsewhere.access_token)).toBe(true);
  });
});

describe('X8 narrow to what was used', () => {
  it('the next refresh has exactly that, the tokens of before die within 2 s, and 403 names what is missing', async () => {
    const tokens = await atAnalytics();
    const consent = String(decodeJwt(tokens.access_token)['grant']);
    const kept = (await person.browser.submit(`/account/apps/${consent}/narrow`, { scope: READ })).status;
    expect(kept).toBe(303);
    await diesWithin2s(server.url, tokens.access_token);
    const narrowed = (await refresh(server.url, agent, tokens.refresh_token)).body as unknown as Tokens;
    expect(narrowed.scope).toBe(READ);
    expect(decodeJwt(narrowed.access_token)).toMatchObject({ scope: READ, act: actorOf(agent.id) });
    expect(await works(server.url, narrowed.access_token)).toBe(true);
    const month = { kind: 'activity', from: '2026-10-01', to: '2026-10-31' };
    const denied = await call('POST', `${server.url}/analytics/v1/reports`, narrowed.access_token, month);
    expect(denied.status).toBe(403);
    expect(denied.headers.get('www-authenticate')).toMatch(new RegExp(`error="insufficient_scope".*scope="${GENERATE}"`));
  });
});
