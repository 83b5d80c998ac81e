import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { postForm, requestToken, type Answer } from '../support/requests.js';
import { locationsOf, operatorOf, refusalOf, type ApiCaller, type Document } from './support/management.js';

let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let orgId: string;
let path: string;
let rsa: { publicKey: JWK; privateJwk: JWK; privateKey: CryptoKey };

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
  orgId = (await operator.anOrg()).id;
  path = `/v1/orgs/${orgId}/service-principals`;
  const pair = await generateKeyPair('RS256', { extractable: true });
  rsa = { publicKey: await exportJWK(pair.publicKey), privateJwk: await exportJWK(pair.privateKey), privateKey: pair.privateKey };
});
afterAll(() => server.stop());

function analytics(...scopes: string[]): { audience: string; scopes: string[] }[] {
  return [{ audience: `${server.url}/analytics`, scopes }];
}

describe('POST /v1/orgs/{org_id}/service-principals', () => {
  it('201 with client_id and the secret once; GET and lists show its hint only', async () => {
    const made = await api.post(path, { name: 'nightly', grants: analytics('read:reports') });
    expect(made.status).toBe(201);
    const secret = String(made.body['client_secret']);
    expect(secret).toMatch(/^csn_secret_[0-9A-Za-z]+$/);
    expect(made.body).toMatchObject({
      id: expect.stringMatching(/^sp_[0-9a-z]{26}$/) as string,
      client_id: made.body.id,
      org_id: orgId,
      status: 'active',
      auth_method: 'client_secret',
      secrets: [{ id: expect.stringMatching(/^sec_/) as string, hint: secret.slice(-4), expires_at: null, last_used_at: null }],
    });
    const { client_secret, ...document } = made.body;
    for (const answer of [
      await api.get(`${path}/${made.body.id}`),
      await api.get(path),
      await api.get(`${path}/${made.body.id}/secrets`),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain(String(client_secret));
    }
    expect((await api.get(`${path}/${made.body.id}`)).body).toEqual(document);
  });

  it('the secret is stored nowhere in the clear', async () => {
    const made = await api.post(path, { name: 'canary', grants: [] });
    const secret = String(made.body['client_secret']);
    const tables = await server.sql<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const { name } of tables.filter((table) => !table.name.startsWith('analytics_')))
      expect({ name, found: await server.sql(`SELECT FROM "${name}" t WHERE t::text LIKE '%' || $1 || '%'`, [secret]) }).toEqual({
        name,
        found: [],
      });
    expect(server.process.log).not.toContain(secret);
  });

  it('its own lifetime wins over that of the API', async () => {
    const principal = await operator.aServicePrincipal(orgId, { token_lifetime_seconds: 300 });
    expect((await requestToken(server.url, principal)).body['expires_in']).toBe(300);
    await api.patch(`${path}/${principal.id}`, { token_lifetime_seconds: null });
    expect((await requestToken(server.url, principal)).body['expires_in']).toBe(3600);
  });

  it.each<[string, object, string]>([
    ['no name', { name: undefined }, '/name'],
    ['no grants', { grants: undefined }, '/grants'],
    ['grants as text', { grants: '*' }, '/grants'],
    ['a grant as text', { grants: ['*'] }, '/grants'],
    ['scopes as text', { grants: [{ audience: 'x', scopes: '*' }] }, '/grants/0/scopes'],
    ['no scopes in a grant', { grants: [{ audience: 'x', scopes: [] }] }, '/grants/0/scopes'],
    ['an unknown audience', { grants: [{ audience: 'nope', scopes: ['a'] }] }, '/grants/0/audience'],
    ['an unknown auth_method', { auth_method: 'none' }, '/auth_method'],
    ['a lifetime under five minutes', { token_lifetime_seconds: 299 }, '/token_lifetime_seconds'],
    ['a lifetime over a day', { token_lifetime_seconds: 86_401 }, '/token_lifetime_seconds'],
    ['a lifetime of half a second', { token_lifetime_seconds: 300.5 }, '/token_lifetime_seconds'],
  ])('422 for %s, and says where', async (_, fields, location) => {
    const answer = await api.post(path, { name: 'x', grants: [], ...fields });
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer)).toEqual([location]);
  });

  it('422 for the same API twice, also in two spellings', async () => {
    const [grant] = analytics('read:reports');
    const answer = await api.post(path, {
      name: 'x',
      grants: [grant, { audience: grant!.audience.replace('http://localhost', 'HTTP://LOCALHOST'), scopes: ['read:account'] }],
    });
    expect(locationsOf(answer)).toEqual(['/grants/1/audience']);
  });
});

describe('PATCH, disable, enable and DELETE', () => {
  it('200 changes what is sent; the new grants count for the next token', async () => {
    const principal = await operator.aServicePrincipal(orgId, { name: 'Before' });
    expect((await api.patch(`${path}/${principal.id}`, { name: 'After' })).body).toMatchObject({
      name: 'After',
      grants: analytics('read:analytics-data'),
    });
    await api.patch(`${path}/${principal.id}`, { grants: analytics('read:account', 'read:analytics-data') });
    expect((await requestToken(server.url, principal)).body['scope']).toBe('read:account read:analytics-data');
    const nobody = await api.patch(`${path}/${principal.id}`, { grants: [] });
    expect(nobody.body['grants']).toEqual([]);
    expect((await requestToken(server.url, principal)).status).toBe(400);
  });

  it('200 disable and enable, twice each without harm; a disabled one gets no token', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    for (let i = 0; i < 2; i++) expect((await api.post(`${path}/${principal.id}/disable`)).body['status']).toBe('disabled');
    expect((await requestToken(server.url, principal)).body['error']).toBe('invalid_client');
    for (let i = 0; i < 2; i++) expect((await api.post(`${path}/${principal.id}/enable`)).body['status']).toBe('active');
    expect((await requestToken(server.url, principal)).status).toBe(200);
    const events = await api.all<{ action: string }>(`/v1/audit-events?target=${principal.id}`);
    expect(events.map(({ action }) => action).filter((action) => action.endsWith('abled'))).toEqual([
      'service_principal.enabled',
      'service_principal.disabled',
    ]);
  });

  it('204, then 404, and no token', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    expect((await api.delete(`${path}/${principal.id}`)).status).toBe(204);
    for (const answer of [
      await api.get(`${path}/${principal.id}`),
      await api.delete(`${path}/${principal.id}`),
      await api.patch(`${path}/${principal.id}`, { name: 'x' }),
      await api.post(`${path}/${principal.id}/enable`),
    ])
      expect(refusalOf(answer)).toEqual([404, 'not_found']);
    expect((await requestToken(server.url, principal)).body['error']).toBe('invalid_client');
  });

  it('404 under the address of another organization, even for an operator', async () => {
    const other = await operator.anOrg();
    const principal = await operator.aServicePrincipal(orgId);
    const wrong = `/v1/orgs/${other.id}/service-principals/${principal.id}`;
    for (const answer of [
      await api.get(wrong),
      await api.patch(wrong, { name: 'x' }),
      await api.delete(wrong),
      await api.post(`${wrong}/disable`),
      await api.post(`${wrong}/secrets`, {}),
    ])
      expect(answer.status).toBe(404);
    expect((await api.get(`${path}/${principal.id}`)).body).toMatchObject({ name: 'A principal', status: 'active' });
  });

  it('many changes of one principal at the same time end without a 500, with at most two live secrets', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    const one = `${path}/${principal.id}`;
    const acts: ((i: number) => Promise<Answer<Document>>)[] = [
      () => api.post(`${one}/secrets`, {}),
      (i) => api.patch(one, { grants: analytics(i % 8 === 1 ? 'read:reports' : 'read:account') }),
      (i) => api.patch(one, { name: `n${i}` }),
      (i) => api.post(`${one}/${i % 8 === 3 ? 'disable' : 'enable'}`),
    ];
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => acts[i % 4]!(i)));
    expect(answers.filter(({ status }) => status >= 400)).toEqual([]);
    const now = new Date().toISOString();
    const live = (await api.all<{ expires_at: string | null }>(`${one}/secrets`)).filter(
      (secret) => secret.expires_at === null || secret.expires_at > now,
    );
    expect(live.length).toBeLessThanOrEqual(2);
  });
});

describe('private_key_jwt', () => {
  const create = (fields: Record<string, unknown>): Promise<Answer<Document>> =>
    api.post(path, { name: 'keyed', grants: analytics('read:reports'), auth_method: 'private_key_jwt', ...fields });

  function assertion(clientId: string): Promise<string> {
    return new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(server.url)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(rsa.privateKey);
  }

  async function tokenByKey(clientId: string): Promise<Answer> {
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(clientId),
    };
    return postForm(`${server.url}/oauth/token`, form);
  }

  it('201 without any secret; members we do not use are dropped; the key gets tokens', async () => {
    const made = await create({ jwks: { keys: [{ ...rsa.publicKey, kid: 'one', x5c: ['junk'], extra: 1 }] } });
    expect(made.status).toBe(201);
    expect(made.body).not.toHaveProperty('client_secret');
    expect(made.body).toMatchObject({ secrets: [], jwks: { keys: [{ kty: 'RSA', kid: 'one', n: rsa.publicKey.n }] } });
    expect(JSON.stringify(made.body['jwks'])).not.toMatch(/x5c|extra/);
    expect((await tokenByKey(made.body.id)).body['scope']).toBe('read:reports');
    expect(refusalOf(await api.post(`${path}/${made.body.id}/secrets`, {}))).toEqual([409, 'no_secrets']);
  });

  it('a change to client_secret forgets the keys, and the key gets no more tokens', async () => {
    const made = await create({ jwks: { keys: [{ ...rsa.publicKey, kid: 'one' }] } });
    const changed = await api.patch(`${path}/${made.body.id}`, { auth_method: 'client_secret' });
    expect(changed.body).toMatchObject({ auth_method: 'client_secret', jwks: null });
    expect((await tokenByKey(made.body.id)).body['error']).toBe('invalid_client');
    const secret = await api.post<{ client_id: string; client_secret: string }>(`${path}/${made.body.id}/secrets`, {});
    expect((await requestToken(server.url, secret.body)).status).toBe(200);
  });

  it('201 with jwks_uri, and 422 with both or neither', async () => {
    expect((await create({ jwks_uri: 'https://partner.example.com/jwks.json' })).status).toBe(201);
    for (const fields of [{}, { jwks: { keys: [rsa.publicKey] }, jwks_uri: 'https://partner.example.com/jwks.json' }])
      expect(locationsOf(await create(fields))).toEqual(['/jwks']);
  });

  it('422 for a private key, which the answer does not repeat and nothing stores', async () => {
    const answer = await create({ jwks: { keys: [rsa.privateJwk] } });
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer)).toEqual(['/jwks/keys/0']);
    expect(answer.text).not.toContain(rsa.privateJwk.d);
    expect(await server.sql(`SELECT FROM service_principals WHERE jwks::text LIKE '%"d"%'`)).toHaveLength(0);
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
      expect((await create({ jwks: { keys: [{ ...rsa.publicKey, [member]: 'AAAA' }] } })).status).toBe(422);
  });

  it('422 for weak and foreign keys', async () => {
    const weak = await crypto.subtle.generateKey(
      { name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
      true,
      ['sign', 'verify'],
    );
    const weakJwk = await crypto.subtle.exportKey('jwk', weak.publicKey);
    const { n, e, kty } = weakJwk;
    const bad: unknown[] = [
      { kty, n, e },
      { ...rsa.publicKey, e: 'Aw' },
      { kty: 'oct', k: 'AAAA' },
      { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
      { kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' },
      { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
      { kty: 'OKP', crv: 'X25519', x: 'AA' },
      { ...rsa.publicKey, use: 'enc' },
      { ...rsa.publicKey, alg: 'HS256' },
      { ...rsa.publicKey, kid: 'a\nb' },
      'x',
      null,
      [],
    ];
    for (const key of bad)
      expect({ key, refusal: refusalOf(await create({ jwks: { keys: [key] } })) }).toEqual({ key, refusal: [422, 'validation_failed'] });
  });

  it('422 for no key, eleven keys, a kid twice, and sets of another shape', async () => {
    const named = { ...rsa.publicKey, kid: 'one' };
    for (const jwks of [
      { keys: [] },
      { keys: Array.from({ length: 11 }, (_, i) => ({ ...rsa.publicKey, kid: String(i) })) },
      { keys: [named, named] },
      {},
      [],
      'x',
      { keys: 'x' },
    ])
      expect({ jwks, status: (await create({ jwks })).status }).toEqual({ jwks, status: 422 });
    expect((await create({ jwks: { keys: Array.from({ length: 10 }, (_, i) => ({ ...rsa.publicKey, kid: String(i) })) } })).status).toBe(
      201,
    );
  });

  it('422 for addresses of keys that are not plain https', async () => {
    for (const jwks_uri of ['http://x.example/', 'https://u:p@x.example/', 'https://x.example/#f', 'file:///etc/passwd', 'x', '', 5])
      expect({ jwks_uri, status: (await create({ jwks_uri })).status }).toEqual({ jwks_uri, status: 422 });
  });

  it('422 for keys beside client_secret, and for tls_client_auth without an authority and a name', async () => {
    expect(locationsOf(await create({ auth_method: 'client_secret', jwks: { keys: [rsa.publicKey] } }))).toEqual(['/jwks']);
    expect(locationsOf(await create({ auth_method: 'tls_client_auth' }))).toEqual(['/tls_client_auth_ca', '/tls_client_auth_san']);
  });
});
