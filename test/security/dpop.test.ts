import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { aProofKey, hashOf, type ProofFields, type ProofKey } from '../support/dpop.js';
import { call, postForm, type Answer } from '../support/requests.js';

let server: TestServer;
let principal: PrincipalMade;
let tokenUrl: string;
let resourceUrl: string;
let key: ProofKey;
let tokenNonce: string;
let resourceNonce: string;
let token: string;

beforeAll(async () => {
  server = await startTestServer({ REQUIRE_DPOP_NONCES: 'true' });
  const operator = await Operator.of(server);
  principal = await operator.aServicePrincipal(server.orgs[0].id);
  [tokenUrl, resourceUrl] = [`${server.url}/oauth/token`, `${server.url}/analytics/v1/customers`];
  key = await aProofKey();
  tokenNonce = nonceOf(await ask(await key.proof({ url: tokenUrl })));
  token = String((await ask(await right())).body['access_token']);
  resourceNonce = nonceOf(await use(await key.proof({ method: 'GET', url: resourceUrl, token })));
});
afterAll(() => server.stop());

const nonceOf = ({ headers }: Answer): string => headers.get('dpop-nonce') ?? '';
const right = (more: Partial<ProofFields> = {}): Promise<string> => key.proof({ url: tokenUrl, nonce: tokenNonce, ...more });
const rightThere = (more: Partial<ProofFields> = {}): Promise<string> =>
  key.proof({ method: 'GET', url: resourceUrl, token, nonce: resourceNonce, ...more });

function ask(proof: string): Promise<Answer> {
  const { client_id, client_secret } = principal;
  return postForm(tokenUrl, { grant_type: 'client_credentials', client_id, client_secret }, { dpop: proof });
}

function use(proof: string, headers: Record<string, string> = {}): Promise<Answer> {
  return call('GET', resourceUrl, undefined, undefined, { authorization: `DPoP ${token}`, dpop: proof, ...headers });
}

const atIssuer = ({ status, body }: Answer): unknown => [status, body['error']];
const atApi = ({ status, body }: Answer): unknown => [status, body['code']];

describe('attack 53 a proof that was used before', () => {
  // Seen to fail when DpopConstraint gives no singleUse.
  it('400 for the second request with it at the issuer; of 20 at once one gets a token', async () => {
    const proof = await right();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(proof)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(atIssuer(await ask(proof))).toEqual([400, 'invalid_dpop_proof']);
  });

  // Seen to fail when TokenJudge does not use the proof up.
  it('401 for the second request with it at the API; of 20 at once one is let in', async () => {
    const proof = await rightThere();
    const answers = await Promise.all(Array.from({ length: 20 }, () => use(proof)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const again = await use(proof);
    expect(atApi(again)).toEqual([401, 'invalid_dpop_proof']);
    expect(again.headers.get('www-authenticate')).toMatch(/^DPoP error="invalid_dpop_proof".*algs=/);
  });

  it('T22 200 for the same jti of another client: nobody burns the proofs of others', async () => {
    const stranger = await aProofKey();
    const claims = { jti: 'the same for both' };
    expect((await ask(await stranger.proof({ url: tokenUrl, nonce: tokenNonce, claims }))).status).toBe(200);
    expect((await ask(await right({ claims }))).status).toBe(200);
  });
});

describe('attack 53 a proof that is not for this request', () => {
  const now = (): number => Math.floor(Date.now() / 1000);
  const WRONG: [string, () => Partial<ProofFields>][] = [
    ['another method', () => ({ claims: { htm: 'PUT' } })],
    ['another path', () => ({ claims: { htu: `${server.url}/oauth/revoke` } })],
    ['another host', () => ({ claims: { htu: 'https://evil.example/oauth/token' } })],
    ['the internal zone', () => ({ claims: { htu: `${server.internalUrl}/oauth/token` } })],
    ['no jti', () => ({ claims: { jti: undefined } })],
    ['no iat', () => ({ claims: { iat: undefined } })],
    ['a private key in jwk', () => ({ header: { jwk: key.privateJwk } })],
    ['a symmetric key in jwk', () => ({ header: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } })],
    ['the typ of an access token', () => ({ header: { typ: 'at+jwt' } })],
  ];

  it.each(WRONG)('400 at the issuer, 401 at the API: %s', async (_, fields) => {
    expect(atIssuer(await ask(await right(fields())))).toEqual([400, 'invalid_dpop_proof']);
    expect(atApi(await use(await rightThere(fields())))).toEqual([401, 'invalid_dpop_proof']);
  });

  it('401 for a missing ath, the ath of another token, and no proof at all', async () => {
    for (const ath of [undefined, hashOf('another token')])
      expect(atApi(await use(await rightThere({ claims: { ath } })))).toEqual([401, 'invalid_dpop_proof']);
    const bare = await call('GET', resourceUrl, undefined, undefined, { authorization: `DPoP ${token}` });
    expect(atApi(bare)).toEqual([401, 'invalid_dpop_proof']);
  });

  it('200 with a query: htu leaves it out', async () => {
    const url = `${resourceUrl}?limit=1`;
    const headers = { authorization: `DPoP ${token}`, dpop: await rightThere() };
    expect((await call('GET', url, undefined, undefined, headers)).status).toBe(200);
  });

  it('an old iat is nothing where a nonce says when the proof was made', async () => {
    expect((await ask(await right({ claims: { iat: now() - 3_600 } }))).status).toBe(200);
  });

  it('400 and 401 for two headers, and for a proof of the host that Host names', async () => {
    const { port } = new URL(server.url);
    const sent = (dpop: string[], host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `DPoP ${token}`, host, dpop } as Record<string, string | string[]>;
        httpRequest({ host: '127.0.0.1', port, path: '/analytics/v1/customers', headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .on('error', reject)
          .end();
      });
    const own = new URL(server.url).host;
    expect(await sent([await rightThere(), await rightThere()], own)).toBe(401);
    const forged = await rightThere({ claims: { htu: 'http://evil.example/analytics/v1/customers' } });
    expect(await sent([forged], 'evil.example')).toBe(401);
    expect(await sent([await rightThere()], 'evil.example')).toBe(200);
  });

  it('attack 10 401 for a proof as a token, and 400 or 401 for one as an assertion', async () => {
    const proof = await rightThere();
    expect((await call('GET', resourceUrl, proof)).status).toBe(401);
    const form = {
      grant_type: 'client_credentials',
      client_id: principal.client_id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await right(),
    };
    expect((await postForm(tokenUrl, form)).body['error']).toBe('invalid_client');
  });
});

describe('attack 55 nonces', () => {
  it('400 use_dpop_nonce with a nonce, which is then good; success brings the next one', async () => {
    const refused = await ask(await key.proof({ url: tokenUrl }));
    expect(atIssuer(refused)).toEqual([400, 'use_dpop_nonce']);
    expect(refused.headers.get('cache-control')).toBe('no-store');
    const answer = await ask(await right({ nonce: nonceOf(refused) }));
    expect([answer.status, nonceOf(answer)]).toEqual([200, nonceOf(refused)]);
  });

  it('401 use_dpop_nonce at the API, whose nonces are its own', async () => {
    const refused = await use(await rightThere({ nonce: undefined }));
    expect(atApi(refused)).toEqual([401, 'use_dpop_nonce']);
    expect(refused.headers.get('www-authenticate')).toMatch(/^DPoP error="use_dpop_nonce"/);
    expect(nonceOf(refused)).not.toBe(tokenNonce);
    const answer = await use(await rightThere({ nonce: nonceOf(refused) }));
    expect([answer.status, nonceOf(answer)]).toEqual([200, nonceOf(refused)]);
  });

  it('the nonce of one server is none at the other, nor is one that somebody thought of', async () => {
    for (const nonce of [resourceNonce, 'made-up']) expect(atIssuer(await ask(await right({ nonce })))).toEqual([400, 'use_dpop_nonce']);
    for (const nonce of [tokenNonce, 'made-up']) expect(atApi(await use(await rightThere({ nonce })))).toEqual([401, 'use_dpop_nonce']);
  });

  it('T22 who only lacks the nonce is not counted: the challenge has no rate limit headers, and leaves no refusal in the audit log', async () => {
    const count = async (): Promise<unknown> =>
      (await server.sql<{ n: number }>(`SELECT count(*)::int AS n FROM audit_events WHERE action = 'token.refused'`))[0]?.n;
    const before = await count();
    const refused = await ask(await key.proof({ url: tokenUrl }));
    expect([...refused.headers.keys()].filter((name) => name.startsWith('ratelimit'))).toEqual([]);
    expect(await count()).toBe(before);
  });
});
