import { createLocalJWKSet, compactVerify, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { openApiOf } from '../support/openapi.js';
import { call, tokenOf } from '../support/requests.js';
import { aTenant, locationsOf, operatorOf, refusalOf, type ApiCaller } from './support/management.js';

interface Signed {
  token: string;
}

const decoded = (segment: string | undefined): string => Buffer.from(segment ?? '', 'base64url').toString();

describe('POST /v1/test-tokens, with DANGEROUSLY_ENABLE_TEST_TOKENS', () => {
  let server: TestServer;
  let operator: Operator;
  let api: ApiCaller;
  let jwks: JSONWebKeySet;
  beforeAll(async () => {
    server = await startTestServer({ DANGEROUSLY_ENABLE_TEST_TOKENS: 'true' });
    ({ operator, api } = await operatorOf(server));
    jwks = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
  });
  afterAll(() => server.stop());

  const sign = async (body: object): Promise<string> => {
    const answer = await api.post<Signed>('/v1/test-tokens', body);
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.body.token;
  };

  it('201 with the header of a real token, changed where the request says so, over exactly the claims', async () => {
    const { kid } = jwks.keys.find(({ alg }) => alg === 'RS256')!;
    const token = await sign({ header: { typ: 'JWT', extra: [1] }, claims: { iss: 'https://elsewhere.example', exp: 1 } });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'JWT', kid, extra: [1] });
    const { payload } = await compactVerify(token, createLocalJWKSet(jwks));
    expect(Buffer.from(payload).toString()).toBe('{"iss":"https://elsewhere.example","exp":1}');
    expect(decodeProtectedHeader(await sign({ claims: {} }))).toEqual({ alg: 'RS256', typ: 'at+jwt', kid });
  });

  it('201 with texts to the letter, whatever they say', async () => {
    const token = await sign({ header: '{"alg":"none","alg":"RS256"} ', claims: 'no JSON at all \u00e9' });
    const [header, payload] = token.split('.');
    expect([decoded(header), decoded(payload)]).toEqual(['{"alg":"none","alg":"RS256"} ', 'no JSON at all \u00e9']);
  });

  it.each(['RS256', 'PS256', 'ES256'])('201 signed by the %s key of the external zone', async (key) => {
    const token = await sign({ claims: {}, key });
    await expect(compactVerify(token, createLocalJWKSet(jwks), { algorithms: [key] })).resolves.toBeDefined();
    const { kid } = decodeProtectedHeader(token);
    expect(await server.sql('SELECT zone, alg FROM signing_keys WHERE kid = $1', [kid])).toEqual([{ zone: 'external', alg: key }]);
  });

  it('201 signed as another algorithm of the same kind of key', async () => {
    const token = await sign({ header: { alg: 'PS256' }, claims: {}, key: 'RS256', sign_as: 'PS256' });
    const { kid } = jwks.keys.find(({ alg }) => alg === 'RS256')!;
    const asPs256 = { keys: jwks.keys.filter((key) => key.kid === kid).map((key) => ({ ...key, alg: 'PS256' })) };
    await expect(compactVerify(token, createLocalJWKSet(asPs256))).resolves.toBeDefined();
  });

  it.each<[string, object, string]>([
    ['no claims', {}, '/claims'],
    ['claims that are a list', { claims: [] }, '/claims'],
    ['claims that are a number', { claims: 7 }, '/claims'],
    ['a payload that is too long', { claims: 'x'.repeat(65_537) }, '/claims'],
    ['a header that is null', { claims: {}, header: null }, '/header'],
    ['a key that does not exist', { claims: {}, key: 'HS256' }, '/key'],
    ['an algorithm that the key cannot do', { claims: {}, key: 'ES256', sign_as: 'RS256' }, '/sign_as'],
    ['the internal zone', { claims: {}, zone: 'internal' }, '/zone'],
  ])('422 for %s', async (_, body, location) => {
    const answer = await api.post('/v1/test-tokens', body);
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer)).toEqual([location]);
  });

  it('401 without a token, 403 without the scope', async () => {
    expect((await call('POST', `${server.url}/v1/test-tokens`, undefined, { claims: {} })).status).toBe(401);
    const token = await tokenOf(server.url, server.demo.operator, { scope: 'read:orgs write:apis' });
    const answer = await call('POST', `${server.url}/v1/test-tokens`, token, { claims: {} });
    expect(refusalOf(answer)).toEqual([403, 'insufficient_scope']);
    expect(answer.headers.get('www-authenticate')).toContain('scope="write:test-tokens"');
  });

  // Seen to fail without requireOperator.
  it('403 operator_only for an organization, even one that was granted the scope', async () => {
    const tenant = await aTenant(operator, { rights: ['write:test-tokens'] });
    expect(refusalOf(await tenant.api.post('/v1/test-tokens', { claims: {} }))).toEqual([403, 'operator_only']);
  });

  it('the scope is for operators to give, and for no app', async () => {
    const { data } = (await api.get<{ data: { identifier: string; scopes: { name: string }[] }[] }>('/v1/apis?limit=100')).body;
    const management = data.find(({ identifier }) => identifier === `${server.url}/v1`);
    expect(management?.scopes.find(({ name }) => name === 'write:test-tokens')).toMatchObject({
      risk: 'high',
      assignable_by: 'operator',
      delegable: false,
    });
    const tenant = await aTenant(operator, { rights: ['write:service-principals', 'write:test-tokens'] });
    const grants = [{ audience: `${server.url}/v1`, scopes: ['write:test-tokens'] }];
    const answer = await tenant.api.post(`/v1/orgs/${tenant.org.id}/service-principals`, { name: 'x', grants });
    expect(refusalOf(answer)).toEqual([403, 'grant_not_assignable']);
  });

  it('every signature is in the audit log with what was signed, and nowhere whole', async () => {
    const token = await sign({ header: { typ: 'audited' }, claims: { sub: 'audited\u0000', long: 'x'.repeat(5_000) }, key: 'ES256' });
    const [event] = await server.sql<{ actor_id: string; target_id: string; details: { alg: string; header: string; payload: string } }>(
      `SELECT actor_id, target_id, details FROM audit_events WHERE action = 'test_token.signed' ORDER BY id DESC LIMIT 1`,
    );
    expect(event).toMatchObject({ actor_id: server.demo.operator.client_id, target_id: decodeProtectedHeader(token).kid });
    expect(event?.details).toMatchObject({ alg: 'ES256', header: expect.stringContaining('"audited"') as string });
    expect(event?.details.payload.length).toBeLessThan(2_100);
    const [{ count } = { count: '' }] = await server.sql<{ count: string }>(
      `SELECT count(*) FROM audit_events WHERE details::text LIKE $1`,
      [`%${token.split('.')[2]!}%`],
    );
    expect(count).toBe('0');
    expect(server.process.log).not.toContain(token.split('.')[2]);
  });

  it('the log says at start that it is on, and the documentation shows it', async () => {
    expect(server.process.log).toMatch(/"DANGEROUSLY_ENABLE_TEST_TOKENS","msg":"configuration\.dangerous"/);
    expect((await openApiOf(server.url)).paths).toHaveProperty('/v1/test-tokens');
  });
});

describe('POST /v1/test-tokens, without the setting', () => {
  it('404 as if it had never been: for strangers, for operators, in the documentation', async () => {
    const server = await startTestServer();
    const { api } = await operatorOf(server);
    const answers = [await api.post('/v1/test-tokens', { claims: {} }), await call('POST', `${server.url}/v1/test-tokens`, undefined, {})];
    const paths = Object.keys((await openApiOf(server.url)).paths);
    await server.stop();
    expect(answers.map(refusalOf)).toEqual([
      [404, 'not_found'],
      [404, 'not_found'],
    ]);
    expect(paths.filter((path) => path.includes('test-token'))).toEqual([]);
  });
});
