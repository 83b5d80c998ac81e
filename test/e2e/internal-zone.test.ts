import { connect } from 'node:tls';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import {
  aCallPolicy,
  aMicroservice,
  assertionOf,
  ASSERTION_TYPE,
  internalTokenOf,
  postFormTls,
  requestInternalToken,
  tlsRequest,
  type MicroserviceMade,
  type PolicyMade,
  type TlsAnswer,
} from '../support/internal-zone.js';
import { call, tokenOf } from '../support/requests.js';
import { operatorOf, refusalOf, type ApiCaller } from './support/management.js';

let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let processing: MicroserviceMade;
let billing: MicroserviceMade;
let rollups: PolicyMade;
let exports: PolicyMade;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
  processing = await aMicroservice(operator, 'event-processing');
  billing = await aMicroservice(operator, 'billing');
  rollups = await aCallPolicy(operator, { caller: 'event-processing', target: 'dashboards', scopes: ['write:rollups'], org_mode: 'any' });
  exports = await aCallPolicy(operator, { caller: 'billing', target: 'export', scopes: ['start:export'], org_mode: 'any' });
});
afterAll(() => server.stop());

const orgId = (): string => server.orgs[0].id;

describe('the internal listener', () => {
  it('speaks TLS 1.3 and nothing older, and asks for a client certificate without demanding one', async () => {
    const { port } = new URL(server.internalUrl);
    const attempt = (maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ host: 'localhost', port: Number(port), maxVersion, rejectUnauthorized: false }, () => {
          resolve(socket.getProtocol() ?? '');
          socket.destroy();
        }).once('error', () => resolve('refused'));
      });
    expect([await attempt('TLSv1.2'), await attempt('TLSv1.3')]).toEqual(['refused', 'TLSv1.3']);
  });

  it('RFC 8414: has a discovery document and keys of its own', async () => {
    const { body } = await tlsRequest(server, `${server.internalUrl}/.well-known/oauth-authorization-server`);
    expect(body).toMatchObject({
      issuer: server.internalUrl,
      token_endpoint: `${server.internalUrl}/oauth/token`,
      revocation_endpoint: `${server.internalUrl}/oauth/revoke`,
      introspection_endpoint: `${server.internalUrl}/oauth/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'tls_client_auth'],
      jwks_uri: `${server.internalUrl}/.well-known/jwks.json`,
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'tls_client_auth'],
      scopes_supported: ['start:export', 'write:rollups'],
      access_token_signing_alg_values_supported: ['ES256'],
    });
    expect(body).not.toHaveProperty('mtls_endpoint_aliases');
    for (const name of ['userinfo_endpoint', 'end_session_endpoint', 'id_token_signing_alg_values_supported', 'subject_types_supported'])
      expect(body).not.toHaveProperty(name);
    const internal = await tlsRequest<{ keys: { kid: string; alg: string }[] }>(server, String(body['jwks_uri']));
    const external = await call<{ keys: { kid: string }[] }>('GET', `${server.url}/.well-known/jwks.json`, undefined);
    expect(internal.body.keys.map(({ alg }) => alg)).toEqual(['ES256']);
    const kids = new Set(external.body.keys.map(({ kid }) => kid));
    expect(internal.body.keys.filter(({ kid }) => kids.has(kid))).toEqual([]);
  });

  it('is ready when the process is', async () => {
    expect((await tlsRequest(server, `${server.internalUrl}/health/ready`)).status).toBe(200);
  });
});

describe('the public zone for clients with certificates', () => {
  it('RFC 8705 §5: serves the same routes under mtls_endpoint_aliases, as the same issuer', async () => {
    const { body } = await call('GET', `${server.url}/.well-known/oauth-authorization-server`, undefined);
    expect(body['mtls_endpoint_aliases']).toEqual({
      token_endpoint: `${server.mtlsUrl}/oauth/token`,
      revocation_endpoint: `${server.mtlsUrl}/oauth/revoke`,
      introspection_endpoint: `${server.mtlsUrl}/oauth/introspect`,
    });
    const { client_id, client_secret, audience } = server.demo.operator;
    const form = { grant_type: 'client_credentials', client_id, client_secret, audience };
    const answer = await postFormTls(server, `${server.mtlsUrl}/oauth/token`, form);
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({ iss: server.url, sub: client_id });
    const orgs = await tlsRequest(server, `${server.mtlsUrl}/v1/orgs`, { token: String(answer.body['access_token']) });
    expect(orgs.status).toBe(200);
  });
});

describe('a token of a microservice', () => {
  it('is for one target, stands on the policy, lives 5 minutes and is signed ES256', async () => {
    const answer = await requestInternalToken(server, processing, { audience: 'dashboards' });
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'write:rollups' });
    const token = String(answer.body['access_token']);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({
      iss: server.internalUrl,
      sub: 'event-processing',
      aud: 'dashboards',
      client_id: processing.id,
      principal_type: 'microservice',
      grant: rollups.id,
      scope: 'write:rollups',
    });
    expect(claims).not.toHaveProperty('org_id');
    expect(Number(claims.exp) - Number(claims.iat)).toBe(300);
  });

  it('lives as long as its target says, from 1 to 15 minutes', async () => {
    const scopes = [{ name: 'read:x', description: 'Read.', risk: 'low', assignable_by: 'operator', delegable: false }];
    await operator.anApi({ identifier: 'short-lived', name: 'Short', zone: 'internal', scopes, token_lifetime_seconds: 60 });
    await aCallPolicy(operator, { caller: 'billing', target: 'short-lived', scopes: ['read:x'] });
    expect((await requestInternalToken(server, billing, { audience: 'short-lived' })).body['expires_in']).toBe(60);
  });

  it.each([
    ['invalid_target', 'a target that no policy names', { audience: 'export' }],
    ['invalid_target', 'an API that does not exist', { audience: 'nowhere' }],
    ['invalid_scope', 'a scope outside the policy', { audience: 'dashboards', scope: 'write:rollups start:export' }],
    ['invalid_target', 'a scope of another target', { scope: 'start:export' }],
    ['invalid_request', 'an organization that does not exist', { audience: 'dashboards', org_id: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' }],
    ['invalid_request', 'what is no organization', { audience: 'dashboards', org_id: '*' }],
  ])('400 %s for %s', async (error, _, parameters: Record<string, string>) => {
    const answer = await requestInternalToken(server, processing, parameters);
    expect([answer.status, answer.body['error']]).toEqual([400, error]);
  });

  it('401 without credentials, with a replayed assertion, and for a service that is registered for tls_client_auth', async () => {
    const url = `${server.internalUrl}/oauth/token`;
    expect((await postFormTls(server, url, { grant_type: 'client_credentials', client_id: billing.id })).status).toBe(401);
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertionOf(billing, server.internalUrl),
      audience: 'export',
    };
    expect((await postFormTls(server, url, form)).status).toBe(200);
    expect((await postFormTls(server, url, form)).body['error']).toBe('invalid_client');
    const { id } = await operator.create<{ id: string }>('/v1/microservices', { name: 'by-certificate', auth_method: 'tls_client_auth' });
    expect((await postFormTls(server, url, { grant_type: 'client_credentials', client_id: id })).status).toBe(401);
  });

  it('org_mode: parent is refused for client_credentials, none takes no org_id, any takes an active one', async () => {
    const scopes = ['write:rollups'];
    const gateway = await aMicroservice(operator, 'gateway');
    const policy = await aCallPolicy(operator, { caller: 'gateway', target: 'dashboards', scopes, org_mode: 'parent' });
    const ask = async (): Promise<unknown[]> => {
      const { status, body } = await requestInternalToken(server, gateway, { audience: 'dashboards', org_id: orgId() });
      return [status, body['error'] ?? decodeJwt(String(body['access_token']))['org_id']];
    };
    expect(await ask()).toEqual([400, 'unauthorized_client']);
    await api.patch(`/v1/call-policies/${policy.id}`, { org_mode: 'none' });
    expect(await ask()).toEqual([400, 'invalid_request']);
    await api.patch(`/v1/call-policies/${policy.id}`, { org_mode: 'any' });
    expect(await ask()).toEqual([200, orgId()]);
    const suspended = await operator.anOrg();
    await api.post(`/v1/orgs/${suspended.id}/suspend`);
    const answer = await requestInternalToken(server, processing, { audience: 'dashboards', org_id: suspended.id });
    expect(answer.body['error']).toBe('invalid_request');
  });

  it('is written down with caller, target, policy and organization', async () => {
    await internalTokenOf(server, processing, { audience: 'dashboards', org_id: orgId() });
    const [event] = await server.sql<{ org_id: string; details: object; actor_type: string }>(
      `SELECT org_id, details, actor_type FROM audit_events WHERE action = 'token.issued' AND actor_id = $1 AND org_id IS NOT NULL ORDER BY id DESC LIMIT 1`,
      [processing.id],
    );
    expect(event).toMatchObject({
      org_id: orgId(),
      actor_type: 'microservice',
      details: { audience: 'dashboards', grant_id: rollups.id, subject: 'event-processing', auth_method: 'private_key_jwt' },
    });
  });

  it('RFC 7009: can be given back at the internal endpoint', async () => {
    const token = await internalTokenOf(server, processing, { audience: 'dashboards', org_id: orgId() });
    const rollUp = (): Promise<{ status: number }> => callRollups(token, { from: '2026-11-01', to: '2026-11-02' });
    expect((await rollUp()).status).toBe(200);
    const assertion = { client_assertion_type: ASSERTION_TYPE, client_assertion: await assertionOf(processing, server.internalUrl) };
    expect((await postFormTls(server, `${server.internalUrl}/oauth/revoke`, { token, ...assertion })).status).toBe(200);
    expect((await rollUp()).status).toBe(401);
  });
});

function callRollups(token: string | undefined, body: object): Promise<TlsAnswer> {
  return tlsRequest(server, `${server.internalUrl}/internal/analytics/rollups`, { method: 'POST', token, body });
}

function callExport(token: string | undefined, body: object): Promise<TlsAnswer> {
  return tlsRequest(server, `${server.internalUrl}/internal/export/start`, { method: 'POST', token, body });
}

describe('Saasalytics between its own services', () => {
  const PERIOD = { from: '2026-11-01', to: '2026-11-08' };

  it('dashboards roll up the days of the organization in the token, and the sums are those of its events', async () => {
    const token = await internalTokenOf(server, processing, { audience: 'dashboards', org_id: orgId() });
    const answer = await callRollups(token, PERIOD);
    expect(answer).toMatchObject({ status: 200, body: { days: 7, timezone: expect.any(String) as string } });
    const [sums] = await server.sql<{ events: string; amount: string }>(
      `SELECT count(*) AS events, sum(amount_cents) AS amount FROM analytics_events WHERE org_id = $1 AND occurred_at >= $2 AND occurred_at < $3`,
      [orgId(), answer.body['from'], answer.body['to']],
    );
    expect(Number(sums?.events)).toBeGreaterThan(0);
    expect([answer.body['events'], answer.body['amount_cents']]).toEqual([Number(sums?.events), Number(sums?.amount)]);
    expect((await callRollups(token, PERIOD)).body).toEqual(answer.body);
    const rows = await server.sql<{ org_id: string }>('SELECT DISTINCT org_id FROM analytics_rollups');
    expect(rows).toEqual([{ org_id: orgId() }]);
  });

  it('export writes what the customers of that organization paid, and says who asked', async () => {
    const token = await internalTokenOf(server, billing, { audience: 'export', org_id: orgId() });
    const answer = await callExport(token, PERIOD);
    expect(answer).toMatchObject({ status: 201, body: { status: 'ready', requested_by: 'billing' } });
    const [stored] = await server.sql<{ org_id: string; content: { id: string; amount_cents: number }[] }>(
      'SELECT org_id, content FROM analytics_exports WHERE id = $1',
      [answer.body['id']],
    );
    expect(stored?.org_id).toBe(orgId());
    expect(stored?.content).toHaveLength(Number(answer.body['customers']));
    expect(stored?.content.reduce((sum, { amount_cents }) => sum + amount_cents, 0)).toBe(answer.body['amount_cents']);
  });

  it('403 when the body names another tenant; nothing is written, and the attempt is in the audit of the tenant', async () => {
    const before = await server.sql('SELECT FROM analytics_exports');
    const token = await internalTokenOf(server, billing, { audience: 'export', org_id: orgId() });
    const other = server.orgs[1].id;
    expect((await callExport(token, { ...PERIOD, org_id: orgId() })).status).toBe(201);
    expect(await callExport(token, { ...PERIOD, org_id: other })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await server.sql('SELECT FROM analytics_exports')).toHaveLength(before.length + 1);
    const events = await server.sql<{ org_id: string; details: object }>(
      `SELECT org_id, details FROM audit_events WHERE action = 'analytics.internal_call.refused'`,
    );
    expect(events).toEqual([
      { org_id: orgId(), details: expect.objectContaining({ named_org_id: other, grant_id: exports.id, audience: 'export' }) as object },
    ]);
  });

  it('403 for a token without an organization, 401 for one of another target, 422 for fields it does not know', async () => {
    const bare = await internalTokenOf(server, billing, { audience: 'export' });
    expect((await callExport(bare, PERIOD)).status).toBe(403);
    expect((await callRollups(bare, PERIOD)).status).toBe(401);
    expect((await callExport(undefined, PERIOD)).status).toBe(401);
    const token = await internalTokenOf(server, billing, { audience: 'export', org_id: orgId() });
    expect((await callExport(token, { ...PERIOD, tenant: 'x' })).status).toBe(422);
  });
});

describe('a change of what a service may do reaches its live tokens', () => {
  const rolled = async (token: string): Promise<number> => (await callRollups(token, { from: '2026-11-01', to: '2026-11-02' })).status;
  const fresh = (): Promise<string> => internalTokenOf(server, processing, { audience: 'dashboards', org_id: orgId() });

  it('401 on every replica within 2 s after the policy changes its org_mode or is deleted', async () => {
    const replica = await server.replica();
    const onReplica = async (token: string): Promise<number> =>
      (
        await tlsRequest(server, `${replica.internalUrl}/internal/analytics/rollups`, {
          method: 'POST',
          token,
          body: { from: '2026-11-01', to: '2026-11-02' },
        })
      ).status;
    const token = await fresh();
    expect([await rolled(token), await onReplica(token)]).toEqual([200, 200]);
    await api.patch(`/v1/call-policies/${rollups.id}`, { org_mode: 'none' });
    expect(await rolled(token)).toBe(401);
    await expect.poll(() => onReplica(token), { timeout: 2_000, interval: 50 }).toBe(401);
    await api.delete(`/v1/call-policies/${rollups.id}`);
    expect((await requestInternalToken(server, processing, { audience: 'dashboards' })).body['error']).toBe('invalid_target');
    expect((await requestInternalToken(server, processing, { audience: 'dashboards' }, replica.internalUrl)).body['error']).toBe(
      'invalid_target',
    );
    rollups = await aCallPolicy(operator, { caller: 'event-processing', target: 'dashboards', scopes: ['write:rollups'], org_mode: 'any' });
  });

  it('401 after the service is disabled; enabled again it gets new tokens and the old stay dead', async () => {
    const token = await fresh();
    await api.post(`/v1/microservices/${processing.id}/disable`);
    expect(await rolled(token)).toBe(401);
    expect((await requestInternalToken(server, processing, { audience: 'dashboards' })).body['error']).toBe('invalid_client');
    await api.post(`/v1/microservices/${processing.id}/enable`);
    expect(await rolled(token)).toBe(401);
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(await rolled(await fresh())).toBe(200);
  });

  it('401 after the key it was got with is removed, and after the organization is suspended', async () => {
    const org = await operator.anOrg();
    const token = await internalTokenOf(server, billing, { audience: 'export', org_id: org.id });
    const exported = async (): Promise<number> => (await callExport(token, { from: '2026-11-01', to: '2026-11-02' })).status;
    expect(await exported()).toBe(201);
    await api.post(`/v1/orgs/${org.id}/suspend`);
    expect(await exported()).toBe(401);
    const other = await internalTokenOf(server, billing, { audience: 'export', org_id: orgId() });
    const replaced = await aMicroservice(operator, 'somebody');
    await api.patch(`/v1/microservices/${billing.id}`, { jwks: replaced.key.jwks });
    expect((await callExport(other, { from: '2026-11-01', to: '2026-11-02' })).status).toBe(401);
  });

  it('a target that loses a scope takes it from its policies, and a target that goes takes them with it', async () => {
    const catalogue = ['read:a', 'read:b'].map((name) => ({
      name,
      description: 'Read.',
      risk: 'low',
      assignable_by: 'operator',
      delegable: false,
    }));
    const target = await operator.anApi({ identifier: 'ledger', name: 'Ledger', zone: 'internal', scopes: catalogue });
    const policy = await aCallPolicy(operator, { caller: 'billing', target: 'ledger', scopes: ['read:a', 'read:b'] });
    await api.patch(`/v1/apis/${target.id}`, { scopes: [catalogue[1]] });
    expect((await api.get(`/v1/call-policies/${policy.id}`)).body['scopes']).toEqual(['read:b']);
    expect((await api.delete(`/v1/apis/${target.id}`)).status).toBe(204);
    expect((await api.get(`/v1/call-policies/${policy.id}`)).status).toBe(404);
    const kills = await server.sql<{ kind: string }>('SELECT kind FROM revocations WHERE value = $1', [policy.id]);
    expect(kills).toHaveLength(2);
  });
});

it('409 for a second service of one name or SPIFFE id, and for a second policy of one pair', async () => {
  const service = { name: 'twin', auth_method: 'tls_client_auth', spiffe_id: 'spiffe://elsewhere.example/twin' };
  await operator.aMicroservice(service);
  for (const second of [
    { ...service, spiffe_id: null },
    { ...service, name: 'other-twin' },
  ])
    expect(refusalOf(await api.post('/v1/microservices', second))).toEqual([409, 'microservice_exists']);
  const policy = { caller: 'twin', target: 'export', scopes: ['start:export'], org_mode: 'none' };
  await operator.create('/v1/call-policies', policy);
  expect(refusalOf(await api.post('/v1/call-policies', policy))).toEqual([409, 'call_policy_exists']);
});

it('a tenant reads neither microservices nor call policies', async () => {
  const admin = server.orgs[0].service_principals.find(({ name }) => name === 'Tenant administration');
  const token = await tokenOf(server.url, admin!);
  for (const path of ['/v1/microservices', '/v1/call-policies'])
    expect((await call('GET', `${server.url}${path}`, token)).status).toBe(403);
});
