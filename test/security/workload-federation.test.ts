import { randomUUID } from 'node:crypto';
import { decodeJwt, exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import {
  ASSERTION_TYPE,
  aFederatedPrincipal,
  aTrustedIssuer,
  audienceOf,
  authenticate,
  exchange,
  JWT_BEARER,
  type TrustMade,
} from '../support/federation.js';
import { call, postForm, tokenOf, type Answer } from '../support/requests.js';
import { WorkloadIssuer } from '../support/workload-issuer.js';

const REFUSED = {
  status: 400,
  body: { error: 'invalid_grant', error_description: 'The assertion is not accepted. An administrator can ask the rule tester why.' },
};
let server: TestServer;
let operator: Operator;
let gitHub: WorkloadIssuer;
let cluster: WorkloadIssuer;
/** Trusted by nobody. */
let stranger: WorkloadIssuer;
let principal: PrincipalMade;
let orgA: string;
let orgB: string;
let aud: string;
let trust: TrustMade;
let attackersKey: CryptoKey;

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  [gitHub, cluster, stranger] = [await WorkloadIssuer.start(), await WorkloadIssuer.start(), await WorkloadIssuer.start()];
  [orgA, orgB] = [(await operator.anOrg()).id, (await operator.anOrg()).id];
  aud = audienceOf(server.url, orgA);
  principal = await aFederatedPrincipal(operator, orgA);
  trust = await aTrustedIssuer(operator, orgA, {
    issuer: gitHub.url,
    rules: [
      {
        claims: { repository_id: '74', repository: 'acme/web', ref: 'refs/heads/main', environment: 'production' },
        principal: principal.id,
      },
    ],
  });
  await aTrustedIssuer(operator, orgA, {
    issuer: cluster.url,
    rules: [{ claims: { sub: 'system:serviceaccount:billing:exporter' }, principal: principal.id }],
  });
  attackersKey = (await generateKeyPair('RS256')).privateKey;
});
afterAll(async () => {
  await Promise.all([gitHub.stop(), cluster.stop(), stranger.stop()]);
  await server.stop();
});

const refusal = ({ status, body }: Answer): unknown => ({ status, body });
const now = (): number => Math.floor(Date.now() / 1000);

async function firstFailing(assertion: string, orgId = orgA): Promise<unknown> {
  const answer = await call<{ first_failing_condition: { condition: string } | null }>(
    'POST',
    `${server.url}/v1/orgs/${orgId}/trusted-issuers/test`,
    operator.token,
    { assertion },
  );
  expect(answer.status).toBe(200);
  return answer.body.first_failing_condition?.condition;
}

// Attack 43. Seen to fail with mismatchOf answering undefined, with the audience not compared, and without checkClaims.
describe('attack 43 workloads that are somebody else', () => {
  const rows: [string, string, () => Promise<string>][] = [
    ['another repository', 'rules', () => gitHub.gitHub(aud, { claims: { repository: 'acme/api', repository_id: '75' } })],
    ['another repository id under the same name', 'rules', () => gitHub.gitHub(aud, { claims: { repository_id: '75' } })],
    ['a repository whose name starts the same', 'rules', () => gitHub.gitHub(aud, { claims: { repository: 'acme/web-evil' } })],
    ['an organization whose name starts the same', 'rules', () => gitHub.gitHub(aud, { claims: { repository: 'acme-evil/web' } })],
    ['another branch', 'rules', () => gitHub.gitHub(aud, { claims: { ref: 'refs/heads/feature' } })],
    ['a pull request', 'rules', () => gitHub.gitHub(aud, { claims: { ref: 'refs/pull/7/merge', event_name: 'pull_request' } })],
    [
      'a fork’s pull request with the rights of the target',
      'rules',
      () => gitHub.gitHub(aud, { claims: { event_name: 'pull_request_target' } }),
    ],
    ['another environment', 'rules', () => gitHub.gitHub(aud, { claims: { environment: 'staging' } })],
    ['no environment', 'rules', () => gitHub.gitHub(aud, { claims: { environment: undefined } })],
    ['another namespace', 'rules', () => cluster.kubernetes(aud, { claims: { sub: 'system:serviceaccount:billing-evil:exporter' } })],
    ['another service account', 'rules', () => cluster.kubernetes(aud, { claims: { sub: 'system:serviceaccount:billing:default' } })],
    ['the audience of this server', 'audience', () => gitHub.gitHub(server.url)],
    ['the token endpoint as audience', 'audience', () => gitHub.gitHub(`${server.url}/oauth/token`)],
    ['the default audience of a cluster', 'audience', () => cluster.kubernetes('https://kubernetes.default.svc')],
    ['no audience', 'audience', () => gitHub.gitHub('', { claims: { aud: undefined } })],
    ['a second audience', 'audience', () => gitHub.gitHub('', { claims: { aud: [aud, 'https://evil.example'] } })],
    ['the audience with a slash at its end', 'audience', () => gitHub.gitHub(`${aud}/`)],
    ['expired', 'expired', () => gitHub.gitHub(aud, { claims: { exp: now() - 30 } })],
    ['without exp', 'expired', () => gitHub.gitHub(aud, { claims: { exp: undefined } })],
    ['not valid yet', 'not_yet_valid', () => gitHub.gitHub(aud, { claims: { nbf: now() + 60 } })],
    ['issued in the future', 'issued_at', () => gitHub.gitHub(aud, { claims: { iat: now() + 60 } })],
    ['living for a day', 'lifetime', () => gitHub.gitHub(aud, { claims: { exp: now() + 86_400 } })],
    ['without sub', 'subject', () => gitHub.gitHub(aud, { claims: { sub: undefined } })],
    ['with a jti that is no text', 'jti', () => gitHub.gitHub(aud, { claims: { jti: 7 as unknown as string } })],
    ['another type: an access token', 'type', () => gitHub.gitHub(aud, { header: { typ: 'at+jwt' } })],
    ['another type: an ID-JAG', 'type', () => gitHub.gitHub(aud, { header: { typ: 'oauth-id-jag+jwt' } })],
    ['with jku', 'type', () => gitHub.gitHub(aud, { header: { jku: `${stranger.url}/keys` } })],
    ['signed by another key', 'signature', () => gitHub.gitHub(aud, { by: attackersKey })],
    ['signed by a key that it brings along', 'signature', () => gitHub.gitHub(aud, { by: attackersKey, header: { jwk: { kty: 'RSA' } } })],
    ['signed by another trusted issuer', 'key', () => cluster.gitHub(aud, { claims: { iss: gitHub.url } })],
    ['another algorithm of the same key', 'algorithm', async () => swapAlg(await gitHub.gitHub(aud), 'PS256')],
    ['alg none', 'algorithm', async () => swapAlg(await gitHub.gitHub(aud), 'none')],
    ['alg HS256', 'algorithm', async () => swapAlg(await gitHub.gitHub(aud), 'HS256')],
    ['no signature', 'readable', async () => (await gitHub.gitHub(aud)).replace(/[^.]+$/, '')],
    ['garbage', 'readable', async () => 'garbage'],
    ['an issuer that nobody trusts', 'issuer', () => stranger.gitHub(aud)],
    ['an issuer with a slash at its end', 'issuer', () => gitHub.gitHub(aud, { claims: { iss: `${gitHub.url}/` } })],
    ['a list of issuers', 'issuer', () => gitHub.gitHub(aud, { claims: { iss: [gitHub.url] as unknown as string } })],
  ];

  it.each(rows)('400 as the grant, and the rule tester says why: %s (%s)', async (_, condition, make) => {
    const assertion = await make();
    expect(refusal(await exchange(server.url, assertion))).toEqual(REFUSED);
    expect(await firstFailing(assertion)).toBe(condition);
  });

  it.each(rows)('401 as client assertion: %s', async (_, __, make) => {
    const answer = await authenticate(server.url, await make());
    expect(refusal(answer)).toEqual({
      status: 401,
      body: { error: 'invalid_client', error_description: 'Client authentication failed.' },
    });
  });

  it('400 for our own access token as an assertion', async () => {
    const token = await tokenOf(server.url, server.orgs[0].service_principals[0]!);
    expect(refusal(await exchange(server.url, token))).toEqual(REFUSED);
  });

  it('400 for a principal that the rule does not name', async () => {
    const other = await aFederatedPrincipal(operator, orgA);
    for (const client_id of [other.id, principal.id.toUpperCase(), 'x'])
      expect(refusal(await exchange(server.url, await gitHub.gitHub(aud), { client_id }))).toEqual(REFUSED);
  });
});

function swapAlg(jwt: string, alg: string): string {
  const [head = '', ...rest] = jwt.split('.');
  const header = { ...(JSON.parse(Buffer.from(head, 'base64url').toString()) as object), alg };
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.');
}

describe('JBG-8 the rules of one organization never count for another', () => {
  it('400 on a workflow that only organization B trusts, addressed to A, and the other way round', async () => {
    const shared = await WorkloadIssuer.start();
    const ofB = await aFederatedPrincipal(operator, orgB);
    await aTrustedIssuer(operator, orgB, { issuer: shared.url, rules: [{ claims: { repository_id: '74' }, principal: ofB.id }] });
    expect(refusal(await exchange(server.url, await shared.gitHub(aud)))).toEqual(REFUSED);
    expect(shared.requests).toEqual([]);
    expect(refusal(await exchange(server.url, await gitHub.gitHub(audienceOf(server.url, orgB))))).toEqual(REFUSED);
    expect((await exchange(server.url, await shared.gitHub(audienceOf(server.url, orgB)))).status).toBe(200);
    const forB = (more: Record<string, string>): Promise<Answer> =>
      shared.gitHub(audienceOf(server.url, orgB)).then((assertion) => exchange(server.url, assertion, more));
    expect(refusal(await forB({ client_id: principal.id }))).toEqual(REFUSED);
    for (const name of ['org_id', 'organization', 'tenant'])
      expect(decodeJwt(String((await forB({ [name]: orgA })).body['access_token']))).toMatchObject({ org_id: orgB, sub: ofB.id });
    await shared.stop();
  });

  it('one issuer in two organizations: each gets its own principal, and a JWT for one is nothing to the other', async () => {
    const ofB = await aFederatedPrincipal(operator, orgB);
    await aTrustedIssuer(operator, orgB, { issuer: gitHub.url, rules: [{ claims: { repository_id: '99' }, principal: ofB.id }] });
    const forB = await gitHub.gitHub(audienceOf(server.url, orgB), { claims: { repository_id: '99' } });
    expect(await firstFailing(forB, orgA)).toBe('audience');
    expect(refusal(await exchange(server.url, await gitHub.gitHub(aud, { claims: { repository_id: '99' } })))).toEqual(REFUSED);
    expect((await exchange(server.url, forB)).status).toBe(200);
  });

  it('400 where the stored rule names a principal of another organization, though nobody can store such', async () => {
    const issuer = await WorkloadIssuer.start();
    const ofB = await aFederatedPrincipal(operator, orgB);
    const made = await aTrustedIssuer(operator, orgA, {
      issuer: issuer.url,
      rules: [{ claims: { repository_id: '74' }, principal: principal.id }],
    });
    await server.sql(`UPDATE trusted_issuers SET rules = jsonb_set(rules, '{0,principal}', to_jsonb($1::text)) WHERE id = $2`, [
      ofB.id,
      made.id,
    ]);
    expect(refusal(await exchange(server.url, await issuer.gitHub(aud)))).toEqual(REFUSED);
    expect(await firstFailing(await issuer.gitHub(aud))).toBe('principal');
    await issuer.stop();
  });

  it('an organization that does not exist is like one that trusts nobody', async () => {
    for (const id of ['org_01kaj6q8f2e4tbp0m9d3s7x5zc', 'org_x', '', '..', `${orgA}?`])
      expect(refusal(await exchange(server.url, await gitHub.gitHub(audienceOf(server.url, id))))).toEqual(REFUSED);
  });

  it('400 in a suspended organization', async () => {
    const org = await operator.anOrg();
    const own = await aFederatedPrincipal(operator, org.id);
    await aTrustedIssuer(operator, org.id, { issuer: gitHub.url, rules: [{ claims: { repository_id: '74' }, principal: own.id }] });
    const address = audienceOf(server.url, org.id);
    expect((await exchange(server.url, await gitHub.gitHub(address))).status).toBe(200);
    await call('POST', `${server.url}/v1/orgs/${org.id}/suspend`, operator.token, {});
    expect(refusal(await exchange(server.url, await gitHub.gitHub(address)))).toEqual(REFUSED);
  });
});

// REP-1.
describe('attack 45 replay', () => {
  it('400 the second use, whichever way it is sent first', async () => {
    const once = await gitHub.gitHub(aud);
    expect((await exchange(server.url, once)).status).toBe(200);
    expect(refusal(await exchange(server.url, once))).toEqual(REFUSED);
    expect((await authenticate(server.url, once)).status).toBe(401);
    expect(await firstFailing(once)).toBe('unused');
  });

  it('one of twenty parallel uses gets a token, over two replicas', async () => {
    const replica = await server.replica();
    const once = await gitHub.gitHub(aud);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => exchange(i % 2 ? server.url : replica.url, once)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body['error'] === 'invalid_grant')).toHaveLength(19);
    await replica.process.stop();
  });

  it('T5: without a jti it may be sent again while it lives, and with one where the trusted issuer says so', async () => {
    const projected = await cluster.kubernetes(aud);
    for (const _ of [1, 2]) expect((await exchange(server.url, projected)).status).toBe(200);
    const issuer = await WorkloadIssuer.start();
    const rules = [{ claims: { sub: 'system:serviceaccount:billing:exporter' }, principal: principal.id }];
    await aTrustedIssuer(operator, orgA, { issuer: issuer.url, rules, assertion_reuse: 'until_expiry' });
    const withJti = await issuer.kubernetes(aud, { claims: { jti: randomUUID() } });
    for (const _ of [1, 2]) expect((await exchange(server.url, withJti)).status).toBe(200);
    await issuer.stop();
  });

  it('the test of a JWT does not use it up', async () => {
    const once = await gitHub.gitHub(aud);
    for (const _ of [1, 2]) expect(await firstFailing(once)).toBeUndefined();
    expect((await exchange(server.url, once)).status).toBe(200);
  });
});

describe('JBG-4 two rules that match', () => {
  it('400 where they name two principals, unless client_id says which', async () => {
    const issuer = await WorkloadIssuer.start();
    const other = await aFederatedPrincipal(operator, orgA);
    await aTrustedIssuer(operator, orgA, {
      issuer: issuer.url,
      rules: [
        { claims: { repository_id: '74' }, principal: principal.id },
        { claims: { repository: 'acme/web' }, principal: other.id },
        { claims: { repository_owner_id: '65' }, principal: other.id },
      ],
    });
    const both = await issuer.gitHub(aud);
    expect(refusal(await exchange(server.url, both))).toEqual(REFUSED);
    expect(await firstFailing(both)).toBe('one_principal');
    expect((await exchange(server.url, both, { client_id: other.id })).status).toBe(200);
    expect(server.process.log).toContain('federation.rules_ambiguous');
    await issuer.stop();
  });
});

describe('TE-10 and TE-22 other credentials beside the assertion', () => {
  it.each<[string, () => Promise<Record<string, string>>]>([
    ['no assertion', async () => ({})],
    ['a secret', async () => ({ assertion: await gitHub.gitHub(aud), client_id: principal.id, client_secret: 'x' })],
    [
      'a client assertion of its own',
      async () => ({ assertion: await gitHub.gitHub(aud), client_assertion_type: ASSERTION_TYPE, client_assertion: 'x.y.z' }),
    ],
    [
      'a second foreign assertion',
      async () => ({
        assertion: await gitHub.gitHub(aud),
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: await gitHub.gitHub(aud),
      }),
    ],
  ])('400 invalid_request or 401: %s', async (_, more) => {
    const answer = await postForm(`${server.url}/oauth/token`, { grant_type: JWT_BEARER, ...(await more()) });
    expect([400, 401]).toContain(answer.status);
    expect(['invalid_request', 'invalid_client']).toContain(answer.body['error']);
  });

  it('400 for two assertions, for one in the query, and 401 for a wrong assertion type', async () => {
    const assertion = await gitHub.gitHub(aud);
    const twice = await postForm(`${server.url}/oauth/token`, [
      ['grant_type', JWT_BEARER],
      ['assertion', assertion],
      ['assertion', assertion],
    ]);
    expect([twice.status, twice.body['error']]).toEqual([400, 'invalid_request']);
    const query = await postForm(`${server.url}/oauth/token?assertion=${assertion}`, { grant_type: JWT_BEARER });
    expect([query.status, query.body['error']]).toEqual([400, 'invalid_request']);
    expect((await authenticate(server.url, assertion, { client_assertion_type: 'saml' })).status).toBe(401);
  });
});

describe('attack 43 and 56 what this server fetches', () => {
  it('nothing at all for an issuer that nobody trusts, however it is named and wherever it says its keys are', async () => {
    const jwk = await exportJWK((await generateKeyPair('RS256')).publicKey);
    for (const header of [{}, { jku: `${stranger.url}/keys` }, { x5u: `${stranger.url}/keys` }, { jwk }])
      for (const send of [exchange, authenticate]) await send(server.url, await stranger.gitHub(aud, { header }));
    await firstFailing(await stranger.gitHub(aud));
    expect(stranger.requests).toEqual([]);
  });

  it('JWKS-1 once per cooldown for unknown key ids of an issuer that is trusted', async () => {
    const issuer = await WorkloadIssuer.start();
    await aTrustedIssuer(operator, orgA, { issuer: issuer.url, rules: [{ claims: { repository_id: '74' }, principal: principal.id }] });
    const bogus = (): Promise<string> => issuer.gitHub(aud, { header: { kid: randomUUID() } });
    const answers = await Promise.all(Array.from({ length: 30 }, async () => exchange(server.url, await bogus())));
    for (let i = 0; i < 20; i++) answers.push(await exchange(server.url, await bogus()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
    await issuer.stop();
  });

  it.each<[string, (issuer: WorkloadIssuer) => unknown]>([
    ['an issuer that is another', (issuer) => ({ issuer: `${issuer.url}/other`, jwks_uri: `${issuer.url}/keys` })],
    ['keys at another port of this machine', (issuer) => ({ issuer: issuer.url, jwks_uri: `${stranger.url}/keys` })],
    ['keys at a private address', (issuer) => ({ issuer: issuer.url, jwks_uri: 'https://169.254.169.254/keys' })],
    ['keys in a file', (issuer) => ({ issuer: issuer.url, jwks_uri: 'file:///etc/passwd' })],
    ['no keys', (issuer) => ({ issuer: issuer.url })],
    ['no object', () => 'x'],
  ])('400 and no fetch where discovery names %s', async (_, document) => {
    const issuer = await WorkloadIssuer.start();
    issuer.onRequest = ({ url = '' }, response) => {
      issuer.requests.push(url);
      response.end(JSON.stringify(document(issuer)));
    };
    await aTrustedIssuer(operator, orgA, { issuer: issuer.url, rules: [{ claims: { repository_id: '74' }, principal: principal.id }] });
    const assertion = await issuer.gitHub(aud);
    expect(refusal(await exchange(server.url, assertion))).toEqual(REFUSED);
    expect(await firstFailing(assertion)).toBe('keys');
    expect(new Set(issuer.requests)).toEqual(new Set(['/.well-known/openid-configuration']));
    expect(stranger.requests).toEqual([]);
    await issuer.stop();
  });

  it.each<[string, (issuer: WorkloadIssuer) => [number, string, Record<string, string>?]]>([
    ['a redirect', () => [302, '', { location: 'http://127.0.0.1/keys' }]],
    ['a private key among them', (issuer) => [200, JSON.stringify({ keys: [issuer.jwk, { kty: 'oct', k: 'x' }] })]],
    ['a page', () => [200, '<html>canary-of-the-page</html>']],
    ['an error', () => [500, 'canary-of-the-page']],
    ['more than 256 KiB', () => [200, `{"keys":[],"x":"${'x'.repeat(300_000)}"}`]],
  ])('SSRF-8 400 where the keys are %s, and nobody is shown what was fetched', async (_, answerOf) => {
    const issuer = await WorkloadIssuer.start();
    issuer.onRequest = (request, response) => {
      const [status, body, headers = {}] = answerOf(issuer);
      if (request.url === '/keys') response.writeHead(status, headers).end(body);
      else issuer.serve(request, response);
    };
    await aTrustedIssuer(operator, orgA, { issuer: issuer.url, rules: [{ claims: { repository_id: '74' }, principal: principal.id }] });
    const assertion = await issuer.gitHub(aud);
    expect(refusal(await exchange(server.url, assertion))).toEqual(REFUSED);
    const test = await call('POST', `${server.url}/v1/orgs/${orgA}/trusted-issuers/test`, operator.token, { assertion });
    expect(test.text).not.toContain('canary');
    await issuer.stop();
  });

  it('200 with the keys that are known while an issuer is down', async () => {
    const issuer = await WorkloadIssuer.start();
    await aTrustedIssuer(operator, orgA, { issuer: issuer.url, rules: [{ claims: { repository_id: '74' }, principal: principal.id }] });
    expect((await exchange(server.url, await issuer.gitHub(aud))).status).toBe(200);
    await issuer.stop();
    expect((await exchange(server.url, await issuer.gitHub(aud))).status).toBe(200);
  });

  it('an issuer on loopback is for development only: this server refuses to register one when it is elsewhere itself', async () => {
    const replica = await server.replica({ PUBLIC_URL: 'https://auth.example.com' });
    const token = await tokenOf(replica.url, { ...server.demo.operator, audience: 'https://auth.example.com/v1' });
    const answer = await call('POST', `${replica.url}/v1/orgs/${orgA}/trusted-issuers`, token, {
      issuer: stranger.url,
      rules: [{ claims: { repository_id: '74' }, principal: principal.id }],
    });
    expect([answer.status, (answer.body as { errors?: { location: string }[] }).errors?.[0]?.location]).toEqual([422, '/issuer']);
    await replica.process.stop();
  });
});

it('the refused are counted, and neither log nor audit nor the database holds an assertion', async () => {
  const assertion = await gitHub.gitHub(aud, { claims: { jti: randomUUID(), repository_id: '75' } });
  await exchange(server.url, assertion);
  await firstFailing(assertion);
  const signature = assertion.split('.')[2] ?? '';
  expect(server.process.log).not.toContain(signature);
  const rows = await server.sql(`SELECT details FROM audit_events WHERE details::text LIKE '%' || $1 || '%'`, [signature]);
  expect(rows).toEqual([]);
  expect(trust.id).toMatch(/^iss_/);
});
