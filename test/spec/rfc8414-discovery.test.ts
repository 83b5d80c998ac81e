import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { postForm } from '../support/requests.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function document(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ response: Response; body: Record<string, unknown> }> {
  const response = await fetch(server.url + path, { headers });
  return { response, body: response.status === 200 ? ((await response.json()) as Record<string, unknown>) : {} };
}

describe('RFC 8414 and OpenID Connect Discovery', () => {
  it('200 the same document at both paths, with the issuer byte for byte', async () => {
    const oauth = await document('/.well-known/oauth-authorization-server');
    const openid = await document('/.well-known/openid-configuration');
    expect(oauth.body).toEqual(openid.body);
    expect(oauth.body['issuer']).toBe(server.url);
    expect(oauth.body).toMatchObject({
      token_endpoint: `${server.url}/oauth/token`,
      revocation_endpoint: `${server.url}/oauth/revoke`,
      introspection_endpoint: `${server.url}/oauth/introspect`,
      // RFC 7662 §2.1: whoever asks about tokens has proven who it is.
      introspection_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
        'tls_client_auth',
        'self_signed_tls_client_auth',
      ],
      introspection_signing_alg_values_supported: ['RS256', 'PS256', 'ES256'],
      jwks_uri: `${server.url}/.well-known/jwks.json`,
      grant_types_supported: [
        'authorization_code',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:device_code',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:token-exchange',
      ],
      token_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
        'tls_client_auth',
        'self_signed_tls_client_auth',
        'none',
      ],
      code_challenge_methods_supported: ['S256'],
    });
    expect(oauth.body['token_endpoint_auth_signing_alg_values_supported']).not.toContain('none');
  });

  it('DISC-7 advertises no endpoint that is not there, and every grant it advertises is known', async () => {
    const { body } = await document('/.well-known/oauth-authorization-server');
    for (const [name, value] of Object.entries(body)) {
      if (!name.endsWith('_endpoint') && name !== 'jwks_uri') continue;
      expect({ name, status: (await fetch(String(value))).status }).not.toEqual({ name, status: 404 });
    }
    for (const grant of body['grant_types_supported'] as string[]) {
      const answer = await postForm(`${server.url}/oauth/token`, { grant_type: grant });
      // The assertion of a jwt-bearer grant is a parameter of it, and missing here.
      expect(answer.body['error']).toBe(grant.endsWith(':jwt-bearer') ? 'invalid_request' : 'invalid_client');
    }
  });

  it('attack 68 and HTTP-14: Host and X-Forwarded-Host change nothing', async () => {
    const { body } = await document('/.well-known/oauth-authorization-server', {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    });
    expect(body['issuer']).toBe(server.url);
  });

  it.each(['/.well-known/oauth-authorization-server', '/.well-known/jwks.json', '/.well-known/oauth-protected-resource/analytics'])(
    'DISC-8 %s is cacheable, readable across origins, and 304 on its ETag',
    async (path) => {
      const { response } = await document(path);
      expect(response.headers.get('cache-control')).toMatch(/public, max-age=300/);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      const etag = String(response.headers.get('etag'));
      expect((await document(path, { 'if-none-match': etag })).response.status).toBe(304);
    },
  );
});

describe('RFC 7517 keys', () => {
  it('JOSE-11 one key per algorithm with kid, alg and use, and no private member', async () => {
    const { body } = await document('/.well-known/jwks.json');
    const keys = body['keys'] as Record<string, string>[];
    expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'PS256', 'RS256']);
    for (const key of keys) {
      expect(key).toMatchObject({ use: 'sig', kid: expect.stringMatching(/^[\w-]{43}$/) as string });
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']) expect(key).not.toHaveProperty(secret);
    }
  });

  it('KEY-2 replicas publish the same keys', async () => {
    const replica = await server.replica();
    const [mine, theirs] = await Promise.all(
      [server.url, replica.url].map(async (url) => (await fetch(`${url}/.well-known/jwks.json`)).text()),
    );
    expect(theirs).toBe(mine);
  });

  it('the zones never share keys: no internal key is published here', async () => {
    const internal = await server.sql<{ kid: string }>(`SELECT kid FROM signing_keys WHERE zone = 'internal'`);
    const text = await (await fetch(`${server.url}/.well-known/jwks.json`)).text();
    expect(internal.length).toBeGreaterThan(0);
    for (const { kid } of internal) expect(text).not.toContain(kid);
  });
});

describe('RFC 9728 protected resource metadata', () => {
  it.each(['analytics', 'v1'])('PRM-1 200 for /%s with the identifier that clients use', async (path) => {
    const { body } = await document(`/.well-known/oauth-protected-resource/${path}`);
    expect(body).toMatchObject({
      resource: `${server.url}/${path}`,
      authorization_servers: [server.url],
      bearer_methods_supported: ['header'],
    });
  });

  it('404 for a path where no API is', async () => {
    expect((await document('/.well-known/oauth-protected-resource/nothing')).response.status).toBe(404);
  });
});

describe('DISC-2 an issuer with a path', () => {
  it('200 at the inserted and the appended forms, with the same document', async () => {
    const issuer = 'https://host.example/auth';
    const replica = await server.replica({ PUBLIC_URL: issuer });
    const paths = [
      '/.well-known/oauth-authorization-server/auth',
      '/.well-known/openid-configuration/auth',
      '/auth/.well-known/openid-configuration',
      '/auth/.well-known/oauth-authorization-server',
    ];
    for (const path of paths) {
      const response = await fetch(replica.url + path);
      expect({ path, body: await response.json() }).toMatchObject({ path, body: { issuer, token_endpoint: `${issuer}/oauth/token` } });
    }
    expect((await fetch(`${replica.url}/.well-known/oauth-protected-resource/auth/analytics`)).status).toBe(200);
  });
});
