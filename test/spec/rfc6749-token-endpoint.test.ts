import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { basic, postForm, requestToken, type Answer } from '../support/requests.js';

let server: TestServer;
let principal: PrincipalMade & { audience: string };
let url: string;
const grant = { grant_type: 'client_credentials' };

beforeAll(async () => {
  server = await startTestServer();
  url = `${server.url}/oauth/token`;
  const operator = await Operator.of(server);
  const grants = [
    { audience: `${server.url}/analytics`, scopes: ['read:analytics-data', 'read:reports'] },
    { audience: `${server.url}/v1`, scopes: ['read:orgs'] },
  ];
  principal = { ...(await operator.aServicePrincipal(server.orgs[0].id, { grants })), audience: `${server.url}/analytics` };
});
afterAll(() => server.stop());

function credentials(): Record<string, string> {
  return { client_id: principal.client_id, client_secret: principal.client_secret };
}

function errorOf(answer: Answer): unknown {
  return { status: answer.status, error: answer.body['error'] };
}

describe('RFC 6749 §5.1 a successful answer', () => {
  it('200 with token, type, lifetime and scope, and must not be cached', async () => {
    const answer = await requestToken(server.url, principal);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'read:analytics-data read:reports',
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('pragma')).toBe('no-cache');
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('x-request-id')).toBeTruthy();
  });

  it('200 with an access token of RFC 9068 that carries the org and the revocation handles', async () => {
    const answer = await requestToken(server.url, principal, { scope: 'read:reports' });
    const token = String(answer.body['access_token']);
    const claims = decodeJwt(token);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.stringMatching(/^[\w-]{43}$/) as string });
    expect(claims).toMatchObject({
      iss: server.url,
      sub: principal.client_id,
      client_id: principal.client_id,
      aud: `${server.url}/analytics`,
      scope: 'read:reports',
      org_id: server.orgs[0].id,
      principal_type: 'service_principal',
      cred: principal.secrets[0]?.id,
      root: claims.jti,
    });
    expect(claims['grant']).toContain(principal.client_id);
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
  });

  it('200 by HTTP Basic, whatever the case of the scheme', async () => {
    for (const scheme of ['Basic', 'basic', 'BASIC']) {
      const authorization = basic(principal).replace('Basic', scheme);
      expect((await postForm(url, { ...grant, audience: principal.audience }, { authorization })).status).toBe(200);
    }
  });

  it('200 without an audience when one grant alone holds the scopes', async () => {
    const answer = await postForm(url, { ...grant, ...credentials(), scope: 'read:orgs' });
    expect(decodeJwt(String(answer.body['access_token'])).aud).toBe(`${server.url}/v1`);
  });

  it('200 treats empty parameters as absent and ignores unknown ones', async () => {
    expect(
      (await postForm(url, { ...grant, ...credentials(), audience: principal.audience, scope: '', resource: '', whatever: 'x' })).status,
    ).toBe(200);
  });

  it('200 for audience and resource that name the same API', async () => {
    expect((await postForm(url, { ...grant, ...credentials(), audience: principal.audience, resource: principal.audience })).status).toBe(
      200,
    );
  });

  it('200 names the limits to a client that has authenticated', async () => {
    const { headers } = await requestToken(server.url, principal);
    expect(headers.get('ratelimit-policy')).toMatch(/^"token-client";q=\d+;w=60$/);
    expect(headers.get('ratelimit')).toMatch(/^"token-client";r=\d+;t=\d+$/);
    expect(headers.get('x-ratelimit-limit')).toMatch(/^\d+$/);
  });
});

describe('table 25.1 refusals of the token endpoint', () => {
  const rows: [string, () => Promise<Answer>, number, string][] = [
    [
      'TE-2 a JSON body',
      () => postForm(url, JSON.stringify({ ...grant, ...credentials() }), { 'content-type': 'application/json' }),
      400,
      'invalid_request',
    ],
    ['TE-2 broken JSON', () => postForm(url, '{', { 'content-type': 'application/json' }), 400, 'invalid_request'],
    ['TE-2 multipart', () => postForm(url, 'x', { 'content-type': 'multipart/form-data; boundary=x' }), 400, 'invalid_request'],
    ['TE-2 no body', () => postForm(url, '', {}), 400, 'invalid_request'],
    ['TE-2 broken percent-encoding', () => postForm(url, 'grant_type=%zz'), 400, 'invalid_request'],
    ['TE-2 invalid UTF-8', () => postForm(url, 'grant_type=%c0%ae'), 400, 'invalid_request'],
    ['TE-3 a form over 64 KiB', () => postForm(url, `grant_type=client_credentials&x=${'a'.repeat(70_000)}`), 413, 'invalid_request'],
    [
      'HTTP-8 a parameter over 16 KiB',
      () => postForm(url, `grant_type=client_credentials&x=${'a'.repeat(17_000)}`),
      400,
      'invalid_request',
    ],
    [
      'HTTP-8 ten thousand parameters',
      () =>
        postForm(
          url,
          Array.from({ length: 10_000 }, (_, i) => `p${i}=1`)
            .join('&')
            .slice(0, 60_000),
        ),
      400,
      'invalid_request',
    ],
    [
      'TE-4 a repeated parameter',
      () => postForm(url, [['grant_type', 'client_credentials'], ...Object.entries(credentials()), ['scope', 'a'], ['scope', 'a']]),
      400,
      'invalid_request',
    ],
    [
      'TE-4 a repeated grant_type',
      () => postForm(url, [['grant_type', 'client_credentials'], ['grant_type', 'client_credentials'], ...Object.entries(credentials())]),
      400,
      'invalid_request',
    ],
    ['TE-5 no grant_type', () => postForm(url, credentials()), 400, 'invalid_request'],
    ['TE-6 an unknown grant_type', () => postForm(url, { ...credentials(), grant_type: 'magic' }), 400, 'unsupported_grant_type'],
    ['TE-6 the password grant', () => postForm(url, { ...credentials(), grant_type: 'password' }), 400, 'unsupported_grant_type'],
    ['TE-8 no client identification', () => postForm(url, grant), 401, 'invalid_client'],
    ['TE-8 a client id alone', () => postForm(url, { ...grant, client_id: principal.client_id }), 401, 'invalid_client'],
    [
      'TE-9 an unknown client',
      () => postForm(url, { ...grant, client_id: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc', client_secret: 'x' }),
      401,
      'invalid_client',
    ],
    [
      'TE-9 a client id of no known form',
      () => postForm(url, { ...grant, client_id: "x' OR 1=1 --", client_secret: 'x' }),
      401,
      'invalid_client',
    ],
    [
      'TE-9 a wrong secret',
      () => postForm(url, { ...grant, client_id: principal.client_id, client_secret: 'wrong' }),
      401,
      'invalid_client',
    ],
    [
      'TE-10 header and form',
      () => postForm(url, { ...grant, ...credentials() }, { authorization: basic(principal) }),
      400,
      'invalid_request',
    ],
    [
      'TE-11 an unregistered method',
      () =>
        postForm(url, {
          ...grant,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: 'e30.e30.x',
        }),
      401,
      'invalid_client',
    ],
    [
      'TE-12 another client_id in the form',
      () => postForm(url, { ...grant, client_id: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc' }, { authorization: basic(principal) }),
      400,
      'invalid_request',
    ],
    [
      'TE-21 a scope outside the grant',
      () => requestToken(server.url, principal, { scope: 'read:analytics-data write:account' }),
      400,
      'invalid_scope',
    ],
    ['TE-21 a malformed scope', () => requestToken(server.url, principal, { scope: 'read:reports  read:reports' }), 400, 'invalid_scope'],
    ['TE-21 a scope with a quote', () => requestToken(server.url, principal, { scope: 'a"b' }), 400, 'invalid_scope'],
    ['attack 39 openid', () => requestToken(server.url, principal, { scope: 'openid offline_access' }), 400, 'invalid_scope'],
    [
      'TE-22 an unknown audience',
      () => requestToken(server.url, { ...principal, audience: 'https://nowhere.example' }),
      400,
      'invalid_target',
    ],
    [
      'TE-22 audience and resource that differ',
      () => requestToken(server.url, principal, { resource: `${server.url}/v1` }),
      400,
      'invalid_target',
    ],
    [
      'TE-22 a resource with a fragment',
      () => requestToken(server.url, principal, { resource: `${server.url}/analytics#x` }),
      400,
      'invalid_target',
    ],
    ['TE-22 no audience where several grants fit', () => postForm(url, { ...grant, ...credentials() }), 400, 'invalid_target'],
    ['HTTP-7 a secret in the query', () => postForm(`${url}?client_secret=x`, { ...grant, ...credentials() }), 400, 'invalid_request'],
  ];

  it.each(rows)('%s', async (_, request, status, error) => {
    const answer = await request();
    expect(errorOf(answer)).toEqual({ status, error });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(String(answer.body['error_description'])).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  });

  it('TE-1 405 for GET, and says what is allowed', async () => {
    const response = await fetch(url);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('TE-9 the same body for unknown client, wrong secret and disabled client, in every way of sending it', async () => {
    const operator = await Operator.of(server);
    const disabled = await operator.aServicePrincipal(server.orgs[0].id);
    await fetch(`${server.url}/v1/orgs/${server.orgs[0].id}/service-principals/${disabled.id}/disable`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operator.token}` },
    });
    const unknown = await requestToken(server.url, { client_id: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc', client_secret: 'x' });
    const wrong = await requestToken(server.url, { client_id: principal.client_id, client_secret: 'x' });
    const off = await requestToken(server.url, disabled);
    expect(wrong.text).toBe(unknown.text);
    expect(off.text).toBe(unknown.text);
    expect([unknown.status, wrong.status, off.status]).toEqual([401, 401, 401]);
  });

  it('TE-9 401 challenges Basic when the header was used, and only then', async () => {
    const inHeader = await postForm(url, grant, { authorization: basic({ ...principal, client_secret: 'x' }) });
    const inForm = await requestToken(server.url, { ...principal, client_secret: 'x' });
    expect(inHeader.headers.get('www-authenticate')).toBe(`Basic realm="${server.url}"`);
    expect(inForm.headers.get('www-authenticate')).toBeNull();
  });

  it('TE-21 the refusal names the scope that is not granted', async () => {
    const answer = await requestToken(server.url, principal, { scope: 'read:analytics-data write:account' });
    expect(answer.body['error_description']).toContain('write:account');
    expect(answer.body['error_description']).not.toContain('read:analytics-data');
  });

  it('attack 48 malformed Basic headers are refused and never 500', async () => {
    const bad = [
      'Basic',
      'Basic ',
      'Basic !!!',
      'Basic YWJj',
      'Basic YWJjOmRlZg',
      'Basic YTpi YTpi',
      `Basic ${Buffer.from('a\0:b').toString('base64')}`,
      `Basic ${Buffer.from('%zz:b').toString('base64')}`,
      `Basic ${Buffer.from(':x').toString('base64')}`,
    ];
    for (const authorization of bad) {
      const answer = await postForm(url, grant, { authorization });
      expect({ authorization, ...(errorOf(answer) as object) }).toEqual({ authorization, status: 401, error: 'invalid_client' });
    }
  });

  it('attack 59 array and object syntax is an unknown parameter, not an object', async () => {
    const answer = await postForm(
      url,
      `grant_type[]=client_credentials&grant_type[a]=b&client_id=${principal.client_id}&client_secret=${principal.client_secret}`,
    );
    expect(errorOf(answer)).toEqual({ status: 400, error: 'invalid_request' });
  });
});
