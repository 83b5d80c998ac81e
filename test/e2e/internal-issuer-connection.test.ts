import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RevocationSnapshotClaims } from '@countersign/resource-server';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Agent } from 'undici';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { aCredential } from '../support/feeds.js';
import { InternalGuard, internalFetch } from '../support/internal-guard.js';
import {
  aCallPolicy,
  aMicroservice,
  assertionOf,
  ASSERTION_TYPE,
  internalTokenOf,
  postFormTls,
  tlsRequest,
  type MicroserviceMade,
} from '../support/internal-zone.js';
import { basic, call, tokenOf } from '../support/requests.js';
import { aService, type Service } from '../support/service-certificates.js';
import { exchanged } from '../support/token-exchange.js';
import { callsOf, minuteAgo, type UsageDocument } from '../support/usage.js';
import { operatorOf, type ApiCaller } from './support/management.js';

const WITHIN = { timeout: 2_000, interval: 20 };
const scope = (name: string): object => ({ name, description: name, risk: 'high', assignable_by: 'operator', delegable: false });

let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let ledger: Service;
let ledgerApi: { id: string };
let guard: InternalGuard;
const agents: Agent[] = [];
let callers = 0;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
  ledger = await aService(server, operator, server.internalUrl, 'ledger');
  ledgerApi = await operator.anApi({ identifier: 'ledger', zone: 'internal', scopes: [scope('read:ledger'), scope('write:ledger')] });
  guard = new InternalGuard(server, 'ledger', shown(ledger));
  await guard.connection.start();
});
afterAll(async () => {
  await guard.connection.close();
  await Promise.all(agents.map((agent) => agent.destroy()));
  await server.stop();
});

/** Connections with the certificate of a service, or with none. */
function shown(service?: Service): { fetch: typeof fetch } {
  const { fetch, agent } = internalFetch(server, service);
  agents.push(agent);
  return { fetch };
}

/** A service that may call the ledger, with a token that the ledger's guards have accepted. */
async function aCaller(): Promise<{ caller: MicroserviceMade; policy: { id: string }; token: string }> {
  const caller = await aMicroservice(operator, `caller-${++callers}`);
  const scopes = ['read:ledger', 'write:ledger'];
  const policy = await aCallPolicy(operator, { caller: caller.name, target: 'ledger', scopes, org_mode: 'none' });
  const token = await internalTokenOf(server, caller, { audience: 'ledger' });
  await expect.poll(() => guard.verdict(token, 'write:ledger'), WITHIN).toBe('accepted');
  return { caller, policy, token };
}

const refused = (token: string): Promise<void> => expect.poll(() => guard.verdict(token, 'write:ledger'), WITHIN).toBe('revoked');

// The first two seen to fail when the feed of an internal API leaves out call policies.
describe('the guards of a service, by its certificate and without a secret', () => {
  it('refuse within 2 s when the call policy is deleted', async () => {
    const { policy, token } = await aCaller();
    await api.delete(`/v1/call-policies/${policy.id}`);
    await refused(token);
  });

  it('refuse within 2 s when the call policy loses a scope or gets another org_mode', async () => {
    const narrowed = await aCaller();
    await api.patch(`/v1/call-policies/${narrowed.policy.id}`, { scopes: ['read:ledger'] });
    await refused(narrowed.token);
    const moved = await aCaller();
    await api.patch(`/v1/call-policies/${moved.policy.id}`, { org_mode: 'any' });
    await refused(moved.token);
  });

  it('refuse within 2 s what a blocked or deleted service sends', async () => {
    const blocked = await aCaller();
    await api.post(`/v1/microservices/${blocked.caller.id}/disable`);
    await refused(blocked.token);
    const deleted = await aCaller();
    await api.delete(`/v1/microservices/${deleted.caller.id}`);
    await refused(deleted.token);
  });

  it('refuse within 2 s a token that its owner gave back', async () => {
    const { caller, token } = await aCaller();
    const assertion = { client_assertion_type: ASSERTION_TYPE, client_assertion: await assertionOf(caller, server.internalUrl) };
    expect((await postFormTls(server, `${server.internalUrl}/oauth/revoke`, { token, ...assertion })).status).toBe(200);
    await refused(token);
  });

  // Seen to fail when an internal API hears only of the grants that name it: the root's grant names the public one.
  it('refuse within 2 s what was exchanged for a token whose own grant is narrowed', async () => {
    const gateway = await aMicroservice(operator, 'front');
    await aCallPolicy(operator, { caller: 'front', target: 'ledger', scopes: ['read:ledger'], org_mode: 'parent' });
    const shop = await operator.anApi({ identifier: 'https://front.example.com', served_by: ['front'] });
    const principal = await operator.aServicePrincipal(server.orgs[0].id, {
      grants: [{ audience: shop.identifier, scopes: ['read:things'] }],
    });
    const external = await tokenOf(server.url, principal, { audience: shop.identifier });
    const token = await exchanged(server, gateway, external, { audience: 'ledger' });
    expect(await guard.verdict(token, 'read:ledger')).toBe('accepted');
    await api.patch(`/v1/orgs/${server.orgs[0].id}/service-principals/${principal.id}`, { grants: [] });
    await expect.poll(() => guard.verdict(token, 'read:ledger'), WITHIN).toBe('revoked');
  });

  it('report what was called: service, policy, operation and result', async () => {
    const { caller, policy, token } = await aCaller();
    expect(await guard.verdict(token, 'delete:ledger', 'Ledger.remove')).toBe('insufficient_scope');
    const reporter = new InternalGuard(server, 'ledger', shown(ledger));
    await reporter.connection.start();
    await reporter.verdict(token, 'read:ledger', 'Ledger.read');
    await reporter.verdict(token, 'delete:ledger', 'Ledger.remove');
    await reporter.connection.close();
    expect(reporter.events.filter(({ type }) => type === 'dropped' || type === 'delivery_failed')).toEqual([]);
    const { body } = await api.get<{ data: UsageDocument[] }>(`/v1/usage?principal=${caller.id}`);
    const seen = body.data.map((row) => [row.audience, row.grant_id, row.operation, row.result, row.calls]);
    expect(seen).toContainEqual(['ledger', policy.id, 'Ledger.read', 'accepted', 1]);
    expect(seen).toContainEqual(['ledger', policy.id, 'Ledger.remove', 'insufficient_scope', 1]);
    expect(callsOf(body.data)).toBe(2);
  });
});

describe('the feed of an internal API', () => {
  it('is signed by the internal issuer as the tokens are, and for this API alone', async () => {
    const answer = await tlsRequest(server, `${server.internalUrl}/v1/revocations`, ledger);
    expect(answer.status).toBe(200);
    expect(decodeProtectedHeader(answer.text)).toMatchObject({ alg: 'ES256', typ: 'revocations+jwt' });
    expect(decodeJwt<RevocationSnapshotClaims>(answer.text)).toMatchObject({ iss: server.internalUrl, aud: 'ledger' });
  });

  it('takes the credentials of the API too, by HTTP Basic', async () => {
    const credential = await aCredential(operator, ledgerApi.id);
    const { client_id: apiId, client_secret: secret } = credential;
    const other = new InternalGuard(server, 'ledger', { credential: { apiId, secret }, ...shown() });
    await other.connection.start();
    const { policy, token } = await aCaller();
    expect(await other.verdict(token, 'read:ledger')).toBe('accepted');
    await api.delete(`/v1/call-policies/${policy.id}`);
    await expect.poll(() => other.verdict(token, 'read:ledger'), WITHIN).toBe('revoked');
    await other.connection.close();
  });

  it('ends a stream whose service is blocked', async () => {
    const service = await aService(server, operator, server.internalUrl, 'short-lived');
    await operator.anApi({ identifier: 'short-lived', zone: 'internal', scopes: [scope('read:x')], max_staleness_seconds: 5 });
    const other = new InternalGuard(server, 'short-lived', shown(service));
    await other.connection.start();
    await expect.poll(() => other.connection.revocations.stats().isConnected, { timeout: 5_000 }).toBe(true);
    await api.post(`/v1/microservices/${service.id}/disable`);
    await expect.poll(() => other.events.some(({ type }) => type === 'disconnected'), { timeout: 5_000 }).toBe(true);
    expect(other.connection.revocations.stats().isConnected).toBe(false);
    await other.connection.close();
  });
});

// The first two seen to fail when the zone of the client is not compared with that of the listener, the second also when every request counts as external.
describe('credentials are good in their own zone only', () => {
  const paths = ['/v1/revocations', '/v1/revocations/stream'];
  const report = { report_id: '6f1c4a1e-3f0b-4c39-a6b4-0f4d6f0c8a52', audience: 'ledger', entries: [] };

  it('401 on the public listener for credentials of an internal API', async () => {
    const headers = { authorization: basic(await aCredential(operator, ledgerApi.id)) };
    for (const path of paths) expect((await call('GET', server.url + path, undefined, undefined, headers)).status).toBe(401);
    expect((await call('POST', `${server.url}/v1/usage-reports`, undefined, report, headers)).status).toBe(401);
  });

  it('401 on the internal listener for credentials of a public API', async () => {
    const external = await operator.anApi();
    const headers = { authorization: basic(await aCredential(operator, external.id)) };
    for (const path of paths) expect((await tlsRequest(server, server.internalUrl + path, { headers })).status).toBe(401);
    const more = { method: 'POST', headers, body: { ...report, audience: external.identifier } };
    expect((await tlsRequest(server, `${server.internalUrl}/v1/usage-reports`, more)).status).toBe(401);
  });

  it("401 on the public zone's TLS listener for the certificate of a service", async () => {
    for (const path of paths) expect((await tlsRequest(server, server.mtlsUrl + path, ledger)).status).toBe(401);
  });

  it('401 without certificate and credentials, and for a service that is blocked', async () => {
    for (const path of paths) expect((await tlsRequest(server, server.internalUrl + path)).status).toBe(401);
    const blocked = await aService(server, operator, server.internalUrl, 'blocked');
    await operator.anApi({ identifier: 'blocked', zone: 'internal', scopes: [scope('read:x')] });
    await api.post(`/v1/microservices/${blocked.id}/disable`);
    for (const path of paths) expect((await tlsRequest(server, server.internalUrl + path, blocked)).status).toBe(401);
  });

  it('403 for a service that is no API, and for a report about another service', async () => {
    const nobody = await aService(server, operator, server.internalUrl, 'caller-only');
    for (const path of paths) expect((await tlsRequest(server, server.internalUrl + path, nobody)).status).toBe(403);
    const entry = { minute: minuteAgo(1), operation: 'x', scopes: [], result: 'accepted', count: 1 };
    const body = { ...report, audience: 'export', entries: [entry] };
    expect((await tlsRequest(server, `${server.internalUrl}/v1/usage-reports`, { ...ledger, method: 'POST', body })).status).toBe(403);
  });

  it('422 for a microservice that would have the SPIFFE id of another', async () => {
    const fields = { auth_method: 'tls_client_auth', spiffe_id: ledgerId() };
    const made = await api.post('/v1/microservices', { name: 'impostor', ...fields });
    expect([made.status, made.body['errors']]).toMatchObject([422, [{ location: '/spiffe_id' }]]);
    const other = await operator.create<{ id: string }>('/v1/microservices', { name: 'other', auth_method: 'tls_client_auth' });
    expect((await api.patch(`/v1/microservices/${other.id}`, { spiffe_id: ledgerId() })).status).toBe(422);
    const own = await api.patch(`/v1/microservices/${ledger.id}`, { spiffe_id: ledgerId() });
    expect(own.status).toBe(200);
  });
});

function ledgerId(): string {
  return `spiffe://localhost/ledger`;
}
