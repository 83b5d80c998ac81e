import { createHash, X509Certificate } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_TOKEN_TYPE, JWT_BEARER_GRANT_TYPE, TOKEN_EXCHANGE_GRANT_TYPE } from '@countersign/oauth';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { forgeWith, stealSigningKey, type StolenKey } from '../support/forgery.js';
import {
  aCallPolicy,
  aMicroservice,
  assertionOf,
  ASSERTION_TYPE,
  internalTokenOf,
  postFormTls,
  tlsRequest,
  type MicroserviceMade,
  type TlsAnswer,
} from '../support/internal-zone.js';
import { requestToken, tokenOf } from '../support/requests.js';
import { aService, callTls } from '../support/service-certificates.js';
import { aCallChain, aShopper, exchange, exchanged, passOn, type CallChain } from '../support/token-exchange.js';

let server: TestServer;
let operator: Operator;
let chain: CallChain;
let shopper: PrincipalMade;
let external: string;
let stolen: StolenKey;

beforeAll(async () => {
  server = await startTestServer({ TRUST_DOMAIN: 'test.example' });
  operator = await Operator.of(server);
  chain = await aCallChain(operator);
  shopper = await aShopper(operator, chain, server.orgs[0].id);
  external = await tokenOf(server.url, shopper, { audience: chain.shop.identifier });
  stolen = await stealSigningKey(server, 'external', 'RS256');
});
afterAll(() => server.stop());

const PERIOD = { from: '2026-10-01' };
const now = (): number => Math.floor(Date.now() / 1000);
const errorOf = ({ status, body }: TlsAnswer): string => `${status} ${String(body['error'])}`;
const eventOf = async (action: string, requestedBy: MicroserviceMade): Promise<Record<string, unknown>> => {
  const rows = await server.sql<{ org_id: string; details: Record<string, unknown> }>(
    'SELECT org_id, details FROM audit_events WHERE action = $1 AND actor_id = $2 ORDER BY id DESC LIMIT 1',
    [action, requestedBy.id],
  );
  return { org_id: rows[0]?.org_id, ...rows[0]?.details };
};

describe('RFC 8693: the context of a tenant travels', () => {
  it('from the principal over two services to a third, which works for the organization of the principal', async () => {
    const answer = await exchange(server, chain.gateway, external, { audience: 'billing' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ token_type: 'Bearer', issued_token_type: ACCESS_TOKEN_TYPE, scope: 'read:invoices' });
    expect(answer.body['refresh_token']).toBeUndefined();
    const middle = String(answer.body['access_token']);
    const last = await exchanged(server, chain.billing, middle, { audience: 'export', scope: 'start:export' });

    const root = decodeJwt(external);
    const claims = decodeJwt(last);
    expect(claims).toMatchObject({
      iss: server.internalUrl,
      sub: shopper.client_id,
      aud: 'export',
      org_id: server.orgs[0].id,
      scope: 'start:export',
      client_id: chain.billing.id,
      principal_type: 'microservice',
      grant: chain.toExport.id,
      root: root.jti,
      act: { sub: 'billing', client_id: chain.billing.id, act: { sub: 'gateway', client_id: chain.gateway.id } },
    });
    expect(claims['ancestors']).toEqual([
      expect.objectContaining({ jti: decodeJwt(middle).jti, client_id: chain.gateway.id, grant: chain.toBilling.id }),
      expect.objectContaining({ jti: root.jti, client_id: shopper.client_id, cred: root['cred'] }),
    ]);
    const started = await tlsRequest(server, `${server.internalUrl}/internal/export/start`, { method: 'POST', token: last, body: PERIOD });
    expect(started.status).toBe(201);
  });

  it('and the audit event of the last token names them all', async () => {
    const { middle } = await passOn(server, chain, shopper);
    expect(await eventOf('token.issued', chain.billing)).toMatchObject({
      org_id: server.orgs[0].id,
      grant_type: TOKEN_EXCHANGE_GRANT_TYPE,
      subject: shopper.client_id,
      subject_jti: decodeJwt(middle).jti,
      subject_root: decodeJwt(middle)['root'],
      subject_client_id: chain.gateway.id,
      actors: ['billing', 'gateway'],
    });
  });

  it('TX-7: a token ends with its parent, however short that lives', async () => {
    const exp = now() + 20;
    const short = await forgeWith(stolen, external, { claims: { exp } });
    const { body } = await exchange(server, chain.gateway, short, { audience: 'billing' });
    // Seen failing with `notAfter` left out of the minter: 300 s.
    expect(decodeJwt(String(body['access_token'])).exp).toBe(exp);
    expect(body['expires_in']).toBeLessThanOrEqual(20);
    const long = await exchange(server, chain.gateway, external, { audience: 'billing' });
    expect(long.body['expires_in']).toBe(300);
  });

  it('without an audience: the only policy that holds the scopes asked for', async () => {
    const { body } = await exchange(server, chain.gateway, external, { scope: 'read:invoices' });
    expect(decodeJwt(String(body['access_token'])).aud).toBe('billing');
  });

  it('TX-5: 400 invalid_request for a sixth actor', async () => {
    let act: object | undefined;
    for (let i = 1; i <= 5; i++) act = { sub: `service-${i}`, ...(act && { act }) };
    const bomb = await forgeWith(stolen, external, { claims: { act } });
    expect(errorOf(await exchange(server, chain.gateway, bomb, { audience: 'billing' }))).toBe('400 invalid_request');
    expect(await eventOf('token.refused', chain.gateway)).toMatchObject({
      detail: 'too_many_actors',
      subject_jti: decodeJwt(external).jti,
    });
  });
});

describe('RFC 8693 §2.1: the request', () => {
  it.each<[string, Record<string, string>, string]>([
    ['no subject token', { subject_token: '' }, 'invalid_request'],
    ['no type', { subject_token_type: '' }, 'invalid_request'],
    ['another type', { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }, 'invalid_request'],
    ['a refresh token wanted', { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, 'invalid_request'],
    ['an actor token', { actor_token: 'x', actor_token_type: ACCESS_TOKEN_TYPE }, 'invalid_request'],
    ['the type of an actor token alone', { actor_token_type: ACCESS_TOKEN_TYPE }, 'invalid_request'],
    ['a target without a policy', { audience: 'export' }, 'invalid_target'],
    ['a target of the other zone', { audience: 'https://shop.example.com' }, 'invalid_target'],
    ['an unknown target', { audience: 'nowhere' }, 'invalid_target'],
    ['a resource that is no URI', { resource: 'billing' }, 'invalid_target'],
    ['a scope of the target that the policy does not hold', { scope: 'write:invoices' }, 'invalid_scope'],
    ['a scope of the subject token', { scope: 'read:things' }, 'invalid_scope'],
  ])('400 for %s', async (_, more, error) => {
    expect(errorOf(await exchange(server, chain.gateway, external, { audience: 'billing', ...more }))).toBe(`400 ${error}`);
  });

  it('400 invalid_scope where the API of the subject token knows the scope, and the token does not hold it', async () => {
    const scope = (name: string): object => ({ name, description: name, risk: 'low', assignable_by: 'operator', delegable: false });
    const scopes = ['read:invoices', 'export:invoices'];
    const invoices = await operator.anApi({ served_by: ['gateway'], scopes: scopes.map(scope) });
    const principal = await operator.aServicePrincipal(server.orgs[0].id, { grants: [{ audience: invoices.identifier, scopes }] });
    const withScope = (asked: string): Promise<string> => tokenOf(server.url, principal, { audience: invoices.identifier, scope: asked });
    const reader = await exchange(server, chain.gateway, await withScope('read:invoices'), { audience: 'billing' });
    expect([reader.status, reader.body['scope']]).toEqual([200, 'read:invoices']);
    // The policy would give read:invoices; seen failing without narrowed() in the grant.
    const exporter = await withScope('export:invoices');
    for (const more of [{}, { scope: 'read:invoices' }] as Record<string, string>[])
      expect(errorOf(await exchange(server, chain.gateway, exporter, { audience: 'billing', ...more }))).toBe('400 invalid_scope');
    expect(await eventOf('token.refused', chain.gateway)).toMatchObject({ detail: 'scope_not_in_subject_token' });
  });

  it('takes an audience that is repeated, one API only, and nothing else repeated', async () => {
    const send = async (repeated: [string, string][]): Promise<TlsAnswer> => {
      const form = new URLSearchParams([
        ['grant_type', TOKEN_EXCHANGE_GRANT_TYPE],
        ['subject_token', external],
        ['subject_token_type', ACCESS_TOKEN_TYPE],
        ['client_assertion_type', ASSERTION_TYPE],
        ['client_assertion', await assertionOf(chain.gateway, server.internalUrl)],
        ...repeated,
      ]);
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return tlsRequest(server, `${server.internalUrl}/oauth/token`, { method: 'POST', headers, body: form.toString() });
    };
    const billing: [string, string] = ['audience', 'billing'];
    expect((await send([billing, billing])).status).toBe(200);
    expect(errorOf(await send([billing, ['audience', 'export']]))).toBe('400 invalid_target');
    expect(errorOf(await send([billing, ['subject_token', external]]))).toBe('400 invalid_request');
  });

  it('400 unauthorized_client in the external zone, where only an API key exchanges itself', async () => {
    const more = { grant_type: TOKEN_EXCHANGE_GRANT_TYPE, subject_token: external, subject_token_type: ACCESS_TOKEN_TYPE };
    const { status, body } = await requestToken(server.url, shopper, more);
    expect({ status, error: body['error'] }).toEqual({ status: 400, error: 'unauthorized_client' });
    const grantsAt = async (url: string): Promise<unknown> =>
      (await tlsRequest(server, `${url}/.well-known/oauth-authorization-server`)).body['grant_types_supported'];
    expect(await grantsAt(server.internalUrl)).toEqual(['client_credentials', JWT_BEARER_GRANT_TYPE, TOKEN_EXCHANGE_GRANT_TYPE]);
    expect(await grantsAt(server.mtlsUrl)).toEqual(expect.arrayContaining(['client_credentials', TOKEN_EXCHANGE_GRANT_TYPE]));
  });

  it('400 for a token in the address, where logs would keep it', async () => {
    const url = `${server.internalUrl}/oauth/token?subject_token=${external}`;
    expect(errorOf(await postFormTls(server, url, { grant_type: TOKEN_EXCHANGE_GRANT_TYPE }))).toBe('400 invalid_request');
  });
});

describe('org_mode', () => {
  let clock: MicroserviceMade;

  beforeAll(async () => {
    clock = await aMicroservice(operator, 'clock');
    await aCallPolicy(operator, { caller: 'clock', target: 'billing', scopes: ['read:invoices'], org_mode: 'any' });
    const scopes = [{ name: 'relay', description: 'Relay.', risk: 'low', assignable_by: 'operator', delegable: false }];
    await operator.anApi({ identifier: 'relay', zone: 'internal', scopes });
    await aCallPolicy(operator, { caller: 'billing', target: 'relay', scopes: ['relay'], org_mode: 'any' });
    await aCallPolicy(operator, { caller: 'billing', target: 'dashboards', scopes: ['write:rollups'], org_mode: 'none' });
  });

  it('parent: 400 for a subject token without an organization, and for one that is named beside', async () => {
    const orgless = await internalTokenOf(server, clock, { audience: 'billing' });
    expect(errorOf(await exchange(server, chain.billing, orgless, { audience: 'export' }))).toBe('400 invalid_request');
    expect(await eventOf('token.refused', chain.billing)).toMatchObject({ detail: 'subject_token_without_org' });
    const { middle } = await passOn(server, chain, shopper);
    expect(errorOf(await exchange(server, chain.billing, middle, { audience: 'export', org_id: server.orgs[0].id }))).toBe(
      '400 invalid_request',
    );
  });

  it('any: the caller names an active organization where the subject token has none, and the audit says that it did', async () => {
    const orgless = await internalTokenOf(server, clock, { audience: 'billing' });
    const org_id = server.orgs[1].id;
    const token = await exchanged(server, chain.billing, orgless, { audience: 'relay', org_id });
    expect(decodeJwt(token)).toMatchObject({ sub: 'clock', org_id, act: { sub: 'billing' } });
    expect(await eventOf('token.issued', chain.billing)).toMatchObject({ org_id, named_org_id: org_id });
    const unknown = org_id.replace(/.{4}$/, '0000');
    expect(errorOf(await exchange(server, chain.billing, orgless, { audience: 'relay', org_id: unknown }))).toBe('400 invalid_request');
    expect(decodeJwt(await exchanged(server, chain.billing, orgless, { audience: 'relay' }))['org_id']).toBeUndefined();
  });

  it('none: the token belongs to no organization, and a target that needs one answers 403', async () => {
    const { middle } = await passOn(server, chain, shopper);
    const token = await exchanged(server, chain.billing, middle, { audience: 'dashboards' });
    expect(decodeJwt(token)['org_id']).toBeUndefined();
    const url = `${server.internalUrl}/internal/analytics/rollups`;
    expect((await tlsRequest(server, url, { method: 'POST', token, body: PERIOD })).status).toBe(403);
  });
});

describe('TX-8: bound subject tokens', () => {
  it('pass from certificate to certificate, and never become tokens that are bound to none', async () => {
    const edge = await aService(server, operator, server.internalUrl, 'edge');
    const ledger = await aService(server, operator, server.internalUrl, 'ledger');
    const scopes = [{ name: 'read:ledger', description: 'Read.', risk: 'low', assignable_by: 'operator', delegable: false }];
    await operator.anApi({ identifier: 'ledger', zone: 'internal', scopes });
    await aCallPolicy(operator, { caller: 'edge', target: 'ledger', scopes: ['read:ledger'], org_mode: 'any' });
    await aCallPolicy(operator, { caller: 'edge', target: 'billing', scopes: ['read:invoices'], org_mode: 'any' });
    await aCallPolicy(operator, { caller: 'ledger', target: 'export', scopes: ['start:export'], org_mode: 'parent' });
    const tokenUrl = `${server.internalUrl}/oauth/token`;
    const edgeToken = async (audience: string): Promise<string> => {
      const form = { grant_type: 'client_credentials', client_id: edge.id, audience, org_id: server.orgs[0].id };
      return String((await callTls(server, tokenUrl, { form, client: edge })).body['access_token']);
    };
    const form = {
      grant_type: TOKEN_EXCHANGE_GRANT_TYPE,
      client_id: ledger.id,
      subject_token: await edgeToken('ledger'),
      subject_token_type: ACCESS_TOKEN_TYPE,
      audience: 'export',
    };
    const { body } = await callTls(server, tokenUrl, { form, client: ledger });
    const thumbprint = createHash('sha256').update(new X509Certificate(ledger.cert).raw).digest('base64url');
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ sub: 'edge', cnf: { 'x5t#S256': thumbprint }, act: { sub: 'ledger' } });

    // Billing has no certificate on this connection. Seen failing without the check of the sender in AccessTokenSubjects.
    const bound = await edgeToken('billing');
    expect(errorOf(await exchange(server, chain.billing, bound, { audience: 'export' }))).toBe('400 invalid_request');
    expect(await eventOf('token.refused', chain.billing)).toMatchObject({
      detail: 'subject_token_unbound',
      subject_jti: decodeJwt(bound).jti,
    });
  });
});
