import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator, PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { aFederatedPrincipal, exchange } from '../support/federation.js';
import { aClientKey } from '../support/public-keys.js';
import { call, requestToken, type Answer } from '../support/requests.js';
import { WorkloadIssuer } from '../support/workload-issuer.js';
import {
  aTenant,
  locationsOf,
  operatorOf,
  refusalOf,
  TENANT_RIGHTS,
  type ApiCaller,
  type ListOf,
  type Tenant,
} from './support/management.js';

const RIGHTS = [...TENANT_RIGHTS, 'read:trusted-issuers', 'write:trusted-issuers'];
let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let tenant: Tenant;
let other: Tenant;
let principal: PrincipalMade;
let path: string;
let serial = 0;

/** A public key of RFC 7517, appendix A.1. */
const KEY_WITHOUT_KID = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
};

interface Trust {
  id: string;
  issuer: string;
  rules: { id: string; claims: object; principal: string; warnings: { code: string }[] }[];
  [member: string]: unknown;
}

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
  [tenant, other] = [await aTenant(operator, { rights: RIGHTS }), await aTenant(operator, { rights: RIGHTS })];
  principal = await aFederatedPrincipal(operator, tenant.org.id);
  path = `/v1/orgs/${tenant.org.id}/trusted-issuers`;
});
afterAll(() => server.stop());

const body = (fields: object = {}): object => ({
  issuer: `https://ci-${++serial}.example.com`,
  rules: [{ claims: { sub: 'job-7' }, principal: principal.id }],
  ...fields,
});

describe('section trusted issuers: the life of one', () => {
  it('201, listed, shown, changed and 204, each with an event of the audit log', async () => {
    const fields = {
      issuer: 'https://token.actions.githubusercontent.com',
      rules: [{ claims: { repository: 'acme/web' }, principal: principal.id }],
    };
    const created = await tenant.api.post<Trust>(path, fields);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      id: expect.stringMatching(/^iss_/) as string,
      org_id: tenant.org.id,
      jwks_uri: null,
      jwks: null,
      assertion_reuse: 'refused',
      max_assertion_lifetime_seconds: 3600,
      rules: [{ claims: { repository: 'acme/web' }, principal: principal.id, accept_shared_identity: false }],
    });
    expect(created.body.rules[0]?.warnings.map(({ code }) => code)).toEqual(['name_can_be_taken', 'every_branch']);
    const one = `${path}/${created.body.id}`;
    expect((await tenant.api.get(one)).body).toEqual(created.body);
    expect((await tenant.api.get<ListOf<Trust>>(path)).body.data).toEqual([created.body]);
    const changed = await tenant.api.patch<Trust>(one, { assertion_reuse: 'until_expiry', max_assertion_lifetime_seconds: 7200 });
    expect(changed.body).toMatchObject({
      assertion_reuse: 'until_expiry',
      max_assertion_lifetime_seconds: 7200,
      rules: created.body.rules,
    });
    expect((await tenant.api.delete(one)).status).toBe(204);
    expect((await tenant.api.get(one)).status).toBe(404);
    const events = await tenant.api.all<{ action: string }>(`/v1/audit-events?target=${created.body.id}`);
    expect(events.map(({ action }) => action)).toEqual(['trusted_issuer.deleted', 'trusted_issuer.updated', 'trusted_issuer.created']);
  });

  it('a key set takes the place of an address and the other way round; both null is discovery', async () => {
    const { jwks } = await aClientKey('ES256');
    const { body: made } = await tenant.api.post<Trust>(path, body({ jwks_uri: 'https://keys.example.com/jwks' }));
    const one = `${path}/${made.id}`;
    expect((await tenant.api.patch<Trust>(one, { jwks })).body).toMatchObject({ jwks_uri: null, jwks: { keys: [{ kid: 'key-ES256' }] } });
    expect((await tenant.api.patch<Trust>(one, { jwks_uri: 'https://keys.example.com/2' })).body).toMatchObject({ jwks: null });
    expect((await tenant.api.patch<Trust>(one, { jwks_uri: null })).body).toMatchObject({ jwks_uri: null, jwks: null });
  });

  it('the same Idempotency-Key makes one', async () => {
    const [fields, headers] = [body(), { 'idempotency-key': 'trust-once' }];
    const [first, second] = [await tenant.api.post(path, fields, headers), await tenant.api.post(path, fields, headers)];
    expect([second.status, second.body.id]).toEqual([201, first.body.id]);
  });

  it('409 issuer_already_trusted, on creation and on change, and too_many_trusted_issuers', async () => {
    const full = await aTenant(operator, { rights: RIGHTS });
    const own = await aFederatedPrincipal(operator, full.org.id);
    const rules = [{ claims: { sub: 'x' }, principal: own.id }];
    const create = (n: number): Promise<Answer<Trust>> =>
      full.api.post<Trust>(`/v1/orgs/${full.org.id}/trusted-issuers`, { issuer: `https://n${n}.example.com`, rules });
    const made = await Promise.all(Array.from({ length: 25 }, (_, n) => create(n)));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(refusalOf(await create(30))).toEqual([409, 'too_many_trusted_issuers']);
    const [kept, spare] = made.filter(({ status }) => status === 201);
    const at = `/v1/orgs/${full.org.id}/trusted-issuers/${spare?.body.id}`;
    expect(refusalOf(await full.api.patch(at, { issuer: kept?.body['issuer'] }))).toEqual([409, 'issuer_already_trusted']);
    await full.api.delete(at);
    expect(refusalOf(await full.api.post(`/v1/orgs/${full.org.id}/trusted-issuers`, { issuer: kept?.body['issuer'], rules }))).toEqual([
      409,
      'issuer_already_trusted',
    ]);
  });

  it('409 org_suspended in a suspended organization', async () => {
    const idle = await operator.anOrg();
    const own = await aFederatedPrincipal(operator, idle.id);
    await api.post(`/v1/orgs/${idle.id}/suspend`, {});
    const answer = await api.post(`/v1/orgs/${idle.id}/trusted-issuers`, body({ rules: [{ claims: { sub: 'x' }, principal: own.id }] }));
    expect(refusalOf(answer)).toEqual([409, 'org_suspended']);
  });
});

describe('section trusted issuers: 422 with the place of every mistake', () => {
  it.each<[string, object, string[]]>([
    ['an issuer that is no URL', { issuer: 'github' }, ['/issuer']],
    ['plain http', { issuer: 'http://ci.example.com' }, ['/issuer']],
    ['a jwks_uri inside', { jwks_uri: 'https://10.0.0.1/keys' }, ['/jwks_uri']],
    ['the metadata service as jwks_uri', { jwks_uri: 'http://169.254.169.254/latest/meta-data' }, ['/jwks_uri']],
    ['jwks without keys', { jwks: {} }, ['/jwks/keys']],
    ['a key without a kid', { jwks: { keys: [KEY_WITHOUT_KID] } }, ['/jwks/keys/0']],
    ['a private key', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }] } }, ['/jwks/keys/0']],
    ['no rule', { rules: [] }, ['/rules']],
    ['rules that are none', { rules: 'x' }, ['/rules']],
    ['a rule that is none', { rules: ['x'] }, ['/rules']],
    ['a rule without claims', { rules: [{ principal: 'sp_x' }] }, ['/rules/0/claims']],
    ['an unknown field of a rule', { rules: [{ claims: { sub: 'x' }, principal: 'x', scopes: ['*'] }] }, ['/rules/0/scopes']],
    [
      'a principal that does not exist',
      { rules: [{ claims: { sub: 'x' }, principal: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc' }] },
      ['/rules/0/principal'],
    ],
    ['a lifetime of two days', { max_assertion_lifetime_seconds: 172_800 }, ['/max_assertion_lifetime_seconds']],
    ['an unknown reuse', { assertion_reuse: 'always' }, ['/assertion_reuse']],
    ['an organization in the body', { org_id: 'org_01kaj6q8f2e4tbp0m9d3s7x5zc' }, ['/org_id']],
  ])('%s', async (_, fields, locations) => {
    const answer = await tenant.api.post(path, body(fields));
    expect([answer.status, locationsOf(answer)]).toEqual([422, locations]);
  });

  it('bare rules of a shared issuer, shared identities without a word, and two rules with the same claims', async () => {
    const rules = (...claims: object[]): object => ({ rules: claims.map((each) => ({ claims: each, principal: principal.id })) });
    const issuer = 'https://token.actions.githubusercontent.com';
    for (const claims of [{}, { iss: issuer }, { ref: 'refs/heads/main' }, { sub: 'repo:*/*:ref:refs/heads/main' }])
      expect(locationsOf(await tenant.api.post(path, { issuer, ...rules(claims) }))).toEqual(['/rules/0/claims']);
    const shared = { sub: 'system:serviceaccount:*:default' };
    expect(refusalOf(await tenant.api.post(path, body(rules(shared))))).toEqual([422, 'validation_failed']);
    const accepted = await tenant.api.post<Trust>(
      path,
      body({ rules: [{ claims: shared, principal: principal.id, accept_shared_identity: true }] }),
    );
    expect([accepted.status, accepted.body.rules[0]?.warnings.map(({ code }) => code)]).toEqual([201, ['shared_identity']]);
    expect(locationsOf(await tenant.api.post(path, body(rules({ sub: 'x' }, { sub: 'x' }))))).toEqual(['/rules/1/claims']);
  });
});

describe('section rights: whoever decides whose tokens count can act as the principal', () => {
  it('422 for a principal of another organization, exactly as for one that does not exist', async () => {
    const foreign = await aFederatedPrincipal(operator, other.org.id);
    const answers = await Promise.all(
      [foreign.id, 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc', server.demo.operator.client_id].map((id) =>
        tenant.api.post(path, body({ rules: [{ claims: { sub: 'x' }, principal: id }] })),
      ),
    );
    const shown = answers.map(({ status, body: document }) => ({ ...document, status, request_id: null }));
    expect(shown[0]).toEqual(shown[1]);
    expect(shown[2]).toEqual(shown[1]);
    expect(shown[0]?.status).toBe(422);
  });

  it('403 grant_not_assignable for a principal with rights beyond the own ones, on creation and when keys change', async () => {
    const strong = await operator.aServicePrincipal(tenant.org.id, {
      grants: [{ audience: `${server.url}/analytics`, scopes: ['write:account'] }],
    });
    const rules = [{ claims: { sub: 'x' }, principal: strong.id }];
    expect(refusalOf(await tenant.api.post(path, body({ rules })))).toEqual([403, 'grant_not_assignable']);
    const byOperator = await api.post<Trust>(path, body({ rules }));
    expect(byOperator.status).toBe(201);
    const one = `${path}/${byOperator.body.id}`;
    const { jwks } = await aClientKey('ES256');
    expect(refusalOf(await tenant.api.patch(one, { jwks }))).toEqual([403, 'grant_not_assignable']);
    expect(refusalOf(await tenant.api.patch(one, { issuer: 'https://mine.example' }))).toEqual([403, 'grant_not_assignable']);
    expect((await tenant.api.patch(one, { rules, max_assertion_lifetime_seconds: 60 })).status).toBe(200);
    expect((await tenant.api.delete(one)).status).toBe(204);
  });

  it('403 without the scope, and 403 operator_only at the platform’s own', async () => {
    const reader = await aTenant(operator, { rights: ['read:trusted-issuers'] });
    const own = `/v1/orgs/${reader.org.id}/trusted-issuers`;
    expect((await reader.api.get(own)).status).toBe(200);
    expect(refusalOf(await reader.api.post(own, body()))).toEqual([403, 'insufficient_scope']);
    for (const answer of [
      await tenant.api.get('/v1/trusted-issuers'),
      await tenant.api.post('/v1/trusted-issuers', body()),
      await tenant.api.post('/v1/trusted-issuers/test', { assertion: 'x' }),
    ])
      expect(refusalOf(answer)).toEqual([403, 'operator_only']);
  });
});

describe('section platform: trusted issuers of the platform itself', () => {
  it('200 for a principal that belongs to no organization, with the issuer as audience, and for no principal of an organization', async () => {
    const ci = await WorkloadIssuer.start();
    const { client_id: id } = server.demo.operator;
    const rules = [{ claims: { repository_id: '74', environment: 'production' }, principal: id }];
    expect(
      locationsOf(await api.post('/v1/trusted-issuers', { issuer: ci.url, rules: [{ claims: { sub: 'x' }, principal: principal.id }] })),
    ).toEqual(['/rules/0/principal']);
    const made = await api.post<Trust>('/v1/trusted-issuers', { issuer: ci.url, rules });
    expect([made.status, made.body['org_id']]).toEqual([201, null]);
    const more = { audience: `${server.url}/v1`, scope: 'read:orgs' };
    const answer = await exchange(server.url, await ci.gitHub(server.url), more);
    expect(answer.status).toBe(200);
    const token = String(answer.body['access_token']);
    expect((await call('GET', `${server.url}/v1/orgs`, token)).status).toBe(200);
    expect((await exchange(server.url, await ci.gitHub(`${server.url}/orgs/${tenant.org.id}`), more)).body['error']).toBe('invalid_grant');
    const test = await api.post<Record<string, unknown>>('/v1/trusted-issuers/test', { assertion: await ci.gitHub(server.url) });
    expect(test.body).toMatchObject({ accepted: true, principal: id, rule_id: made.body.rules[0]?.id, first_failing_condition: null });
    expect((await api.get<ListOf<Trust>>('/v1/trusted-issuers')).body.data).toHaveLength(1);
    expect((await api.get<ListOf<Trust>>(path)).body.data.map((trust) => trust.id)).not.toContain(made.body.id);
    expect((await api.get(`${path}/${made.body.id}`)).status).toBe(404);
    expect((await api.delete(`/v1/trusted-issuers/${made.body.id}`)).status).toBe(204);
    expect((await call('GET', `${server.url}/v1/orgs`, token)).status).toBe(401);
    await ci.stop();
  });
});

describe('section rule tester', () => {
  it('names the first claim of each rule that does not match', async () => {
    const ci = await WorkloadIssuer.start();
    const rules = [
      { claims: { repository_id: '74', environment: 'staging' }, principal: principal.id },
      { claims: { repository_id: '75' }, principal: principal.id },
    ];
    const { body: made } = await tenant.api.post<Trust>(path, { issuer: ci.url, rules });
    const assertion = await ci.gitHub(`${server.url}/orgs/${tenant.org.id}`);
    const { body: verdict } = await tenant.api.post<Record<string, unknown>>(`${path}/test`, { assertion });
    expect(verdict).toEqual({
      accepted: false,
      principal: null,
      rule_id: null,
      trusted_issuer_id: made.id,
      first_failing_condition: {
        condition: 'rules',
        message: 'A rule of the trusted issuer matches its claims.',
        expected: null,
        received: null,
      },
      rules: [
        {
          rule_id: made.rules[0]?.id,
          principal: principal.id,
          matches: false,
          claim: '/environment',
          expected: 'staging',
          received: 'production',
        },
        { rule_id: made.rules[1]?.id, principal: principal.id, matches: false, claim: '/repository_id', expected: '75', received: '74' },
      ],
    });
    await ci.stop();
  });

  it('404 for another organization, and 422 without a JWT', async () => {
    expect((await tenant.api.post(`/v1/orgs/${other.org.id}/trusted-issuers/test`, { assertion: 'x' })).status).toBe(404);
    expect(locationsOf(await tenant.api.post(`${path}/test`, {}))).toEqual(['/assertion']);
    expect(locationsOf(await tenant.api.post(`${path}/test`, { assertion: 'x'.repeat(16_385) }))).toEqual(['/assertion']);
  });
});

describe('section principals without a credential', () => {
  it('201 with auth_method federated_jwt and no secret; it takes neither keys nor a secret', async () => {
    expect(principal.client_secret).toBeUndefined();
    expect(principal.secrets).toEqual([]);
    const principals = `/v1/orgs/${tenant.org.id}/service-principals`;
    const { jwks } = await aClientKey('ES256');
    expect(locationsOf(await api.post(principals, { name: 'x', grants: [], auth_method: 'federated_jwt', jwks }))).toEqual(['/jwks']);
    expect((await requestToken(server.url, { client_id: principal.id, client_secret: 'x' })).status).toBe(401);
    expect((await api.post(`${principals}/${principal.id}/secrets`, {})).status).toBeGreaterThanOrEqual(400);
  });
});
