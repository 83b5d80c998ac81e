import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { aFederatedPrincipal, aTrustedIssuer, audienceOf, authenticate, exchange, type TrustMade } from '../support/federation.js';
import { call, postForm } from '../support/requests.js';
import { WorkloadIssuer } from '../support/workload-issuer.js';
import { pause } from './support/management.js';

let server: TestServer;
let operator: Operator;
let gitHub: WorkloadIssuer;
let gitLab: WorkloadIssuer;
let cluster: WorkloadIssuer;
let principal: PrincipalMade;
let orgId: string;
let audience: string;
let trust: TrustMade;

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  [gitHub, gitLab, cluster] = [await WorkloadIssuer.start(), await WorkloadIssuer.start('ES256'), await WorkloadIssuer.start()];
  orgId = (await operator.anOrg()).id;
  audience = audienceOf(server.url, orgId);
  principal = await aFederatedPrincipal(operator, orgId);
  trust = await aTrustedIssuer(operator, orgId, {
    issuer: gitHub.url,
    rules: [
      {
        claims: { repository_id: '74', repository_owner_id: '65', environment: 'production', ref: 'refs/heads/main' },
        principal: principal.id,
      },
    ],
  });
  await aTrustedIssuer(operator, orgId, {
    issuer: gitLab.url,
    rules: [{ claims: { project_id: '22', ref: ['main', 'release'], ref_protected: 'true' }, principal: principal.id }],
  });
  await aTrustedIssuer(operator, orgId, {
    issuer: cluster.url,
    rules: [
      {
        claims: { sub: 'system:serviceaccount:billing:exporter', 'kubernetes.io': { serviceaccount: { name: 'exporter' } } },
        principal: principal.id,
      },
    ],
  });
});
afterAll(async () => {
  await Promise.all([gitHub.stop(), gitLab.stop(), cluster.stop()]);
  await server.stop();
});

const reads = async (token: unknown): Promise<number> =>
  (await call('GET', `${server.url}/analytics/v1/metrics?metric=events`, String(token))).status;

describe('RFC 7523 §2.1 the jwt-bearer grant', () => {
  it.each<[string, () => Promise<string>]>([
    ['GitHub Actions', () => gitHub.gitHub(audience)],
    ['GitLab', () => gitLab.gitLab(audience)],
    ['Kubernetes', () => cluster.kubernetes(audience)],
  ])('200 for a job of %s, and the token is one of the principal', async (_, assertion) => {
    const answer = await exchange(server.url, await assertion());
    expect(answer.text).toContain('access_token');
    expect(answer.body).toMatchObject({ token_type: 'Bearer', scope: 'read:analytics-data', expires_in: 3600 });
    expect(answer.body).not.toHaveProperty('refresh_token');
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({
      iss: server.url,
      sub: principal.id,
      client_id: principal.id,
      org_id: orgId,
      principal_type: 'service_principal',
      aud: `${server.url}/analytics`,
      cred: expect.stringMatching(/^rule_/) as string,
    });
    expect(await reads(answer.body['access_token'])).toBe(200);
  });

  it('200 with the target, the scope and the principal named', async () => {
    const more = { resource: `${server.url}/analytics`, scope: 'read:analytics-data', client_id: principal.id };
    expect((await exchange(server.url, await gitHub.gitHub(audience), more)).status).toBe(200);
    const tooMuch = await exchange(server.url, await gitHub.gitHub(audience), {
      scope: 'write:account',
      audience: `${server.url}/analytics`,
    });
    expect([tooMuch.status, tooMuch.body['error']]).toEqual([400, 'invalid_scope']);
  });

  it('200 for a principal that has a secret too: the rule stands beside its registered method', async () => {
    const other = await operator.anOrg();
    const withSecret = await operator.aServicePrincipal(other.id);
    await aTrustedIssuer(operator, other.id, {
      issuer: gitHub.url,
      rules: [{ claims: { repository_id: '74' }, principal: withSecret.id }],
    });
    expect((await exchange(server.url, await gitHub.gitHub(audienceOf(server.url, other.id)))).status).toBe(200);
  });

  it('the keys are fetched by OpenID discovery, once for many tokens', () => {
    expect(gitHub.requests.filter((path) => path === '/.well-known/openid-configuration').length).toBeLessThanOrEqual(2);
    expect(gitLab.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
  });
});

describe('RFC 7523 §2.2 a JWT of a foreign issuer as client assertion', () => {
  it('200 for client_credentials, with and without client_id, and as a JWT-SVID calls itself', async () => {
    expect((await authenticate(server.url, await cluster.kubernetes(audience))).status).toBe(200);
    expect((await authenticate(server.url, await gitHub.gitHub(audience), { client_id: principal.id })).status).toBe(200);
    const spiffe = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe' };
    expect((await authenticate(server.url, await gitHub.gitHub(audience), spiffe)).status).toBe(200);
  });

  it('200 at the revocation endpoint, so that a job can give its token back', async () => {
    const { body } = await exchange(server.url, await gitHub.gitHub(audience));
    const form = {
      token: String(body['access_token']),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await gitHub.gitHub(audience),
    };
    expect((await postForm(`${server.url}/oauth/revoke`, form)).status).toBe(200);
    expect(await reads(body['access_token'])).toBe(401);
    expect((await postForm(`${server.url}/oauth/revoke`, form)).status).toBe(401);
  });
});

describe('SPIFFE JWT-SVIDs', () => {
  it('200 for a JWT-SVID without iss, by its trust domain and a bundle whose keys name no algorithm (T15)', async () => {
    const { alg: _, ...jwk } = gitHub.jwk;
    await aTrustedIssuer(operator, orgId, {
      issuer: 'spiffe://example.org',
      jwks: {
        keys: [
          { ...jwk, use: 'jwt-svid' },
          { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', use: 'x509-svid' },
        ],
      },
      rules: [{ claims: { sub: 'spiffe://example.org/ns/billing/sa/exporter' }, principal: principal.id }],
    });
    const svid = (sub: string): Promise<string> => gitHub.sign({ aud: [audience], sub, iss: undefined }, { header: { typ: 'JOSE' } });
    expect((await exchange(server.url, await svid('spiffe://example.org/ns/billing/sa/exporter'))).status).toBe(200);
    for (const sub of [
      'spiffe://example.org/ns/billing/sa/other',
      'spiffe://example.com/ns/billing/sa/exporter',
      'spiffe://example.org',
      'x',
    ])
      expect({ sub, status: (await exchange(server.url, await svid(sub))).status }).toEqual({ sub, status: 400 });
  });
});

describe('the audit log', () => {
  it('tells of each token which rule let it in and who vouched, and holds no assertion', async () => {
    const assertion = await gitHub.gitHub(audience);
    await exchange(server.url, assertion);
    const rows = await server.sql<{ details: Record<string, unknown> }>(
      `SELECT details FROM audit_events WHERE actor_id = $1 AND action = 'token.issued' ORDER BY id DESC LIMIT 1`,
      [principal.id],
    );
    expect(rows[0]?.details).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      auth_method: 'jwt_bearer',
      credential_id: trust.rules[0]?.id,
      trusted_issuer: trust.id,
      foreign_issuer: gitHub.url,
      foreign_subject: 'repo:acme/web:environment:production',
    });
    expect(JSON.stringify(rows)).not.toContain(assertion.split('.')[2]);
  });
});

describe('a rule that goes takes its tokens with it, on every replica', () => {
  async function tokenBy(claims: object): Promise<{ token: string; made: TrustMade; issuer: WorkloadIssuer }> {
    const issuer = await WorkloadIssuer.start();
    const made = await aTrustedIssuer(operator, orgId, { issuer: issuer.url, rules: [{ claims, principal: principal.id }] });
    const { body } = await exchange(server.url, await issuer.gitHub(audience));
    return { token: String(body['access_token']), made, issuer };
  }

  it.each<[string, string, (made: TrustMade, issuer: WorkloadIssuer) => object | undefined]>([
    ['the trusted issuer is deleted', 'DELETE', () => undefined],
    ['its rule is replaced', 'PATCH', () => ({ rules: [{ claims: { repository_id: '75' }, principal: principal.id }] })],
    ['its keys are replaced', 'PATCH', (_, issuer) => ({ jwks: { keys: [{ ...issuer.jwk, kid: 'new' }] } })],
  ])('401 within 2 s when %s', async (_, method, bodyOf) => {
    const replica = await server.replica();
    const { token, made, issuer } = await tokenBy({ repository_id: '74' });
    expect(await reads(token)).toBe(200);
    expect((await call('GET', `${replica.url}/analytics/v1/metrics?metric=events`, token)).status).toBe(200);
    const path = `${server.url}/v1/orgs/${orgId}/trusted-issuers/${made.id}`;
    expect((await call(method, path, operator.token, bodyOf(made, issuer))).status).toBeLessThan(300);
    expect(await reads(token)).toBe(401);
    await pause(2_000);
    expect((await call('GET', `${replica.url}/analytics/v1/metrics?metric=events`, token)).status).toBe(401);
    expect((await exchange(replica.url, await issuer.gitHub(audience))).body['error']).toBe('invalid_grant');
    await issuer.stop();
    await replica.process.stop();
  });

  it('200 still when a rule is only added: those that stay word for word keep their id', async () => {
    const { token, made, issuer } = await tokenBy({ repository_id: '74' });
    const rules = [
      { claims: { repository_id: '76' }, principal: principal.id },
      { claims: { repository_id: '74' }, principal: principal.id },
    ];
    const { body } = await call<TrustMade>('PATCH', `${server.url}/v1/orgs/${orgId}/trusted-issuers/${made.id}`, operator.token, { rules });
    expect(body.rules[1]?.id).toBe(made.rules[0]?.id);
    expect(await reads(token)).toBe(200);
    await issuer.stop();
  });

  it('401 when the principal is disabled, and no token for it then', async () => {
    const { token, issuer } = await tokenBy({ repository_id: '74' });
    const path = `${server.url}/v1/orgs/${orgId}/service-principals/${principal.id}`;
    await call('POST', `${path}/disable`, operator.token, {});
    expect(await reads(token)).toBe(401);
    expect((await exchange(server.url, await issuer.gitHub(audience))).body['error']).toBe('invalid_grant');
    await call('POST', `${path}/enable`, operator.token, {});
    expect((await exchange(server.url, await issuer.gitHub(audience))).status).toBe(200);
    await issuer.stop();
  });
});
