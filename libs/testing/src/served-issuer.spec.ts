import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { formatBasicCredentials } from '@countersign/oauth';
import { AccessTokenVerifier, RemoteJwks } from '@countersign/resource-server';
import { serveTestIssuer, type ServedTestIssuer } from './served-issuer.js';
import { testIssuer } from './tokens.js';

/** Where the kind of key does not matter: one that is made in no time. */
const ALG = 'ES256';

describe('serveTestIssuer', () => {
  let served: ServedTestIssuer | undefined;
  afterEach(async () => {
    await served?.close();
    served = undefined;
  });

  async function post(
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${served!.issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams(form), headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  it('is found by a guard that knows its name only', async () => {
    served = await serveTestIssuer({ audience: 'https://api.example' });
    expect(served.issuer).toMatch(/^http:\/\/localhost:\d+$/);
    const verifier = new AccessTokenVerifier({ issuer: served.issuer, keys: new RemoteJwks({ issuer: served.issuer }) });
    await expect(verifier.verify(await served.tokenFor(), { audience: 'https://api.example' })).resolves.toBeDefined();
  });

  it('RFC 6749 §4.4 gives the clients it was told of what they ask for, by form and by Basic', async () => {
    served = await serveTestIssuer({ alg: ALG, clients: { nightly: 's3cret' } });
    const wanted = { grant_type: 'client_credentials', audience: 'https://api.example', scope: 'a b' };
    const byForm = await post({ ...wanted, client_id: 'nightly', client_secret: 's3cret' });
    const byBasic = await post(wanted, { authorization: formatBasicCredentials({ clientId: 'nightly', clientSecret: 's3cret' }) });
    for (const { status, body } of [byForm, byBasic]) {
      expect({ status, ...body }).toMatchObject({ status: 200, token_type: 'Bearer', scope: 'a b' });
      expect(decodeJwt(String(body['access_token']))).toMatchObject({ client_id: 'nightly', aud: 'https://api.example', scope: 'a b' });
    }
  });

  it.each([
    ['401 for a wrong secret', { client_id: 'nightly', client_secret: 'x' }, 401, 'invalid_client'],
    ['401 for a client that every object has', { client_id: 'constructor', client_secret: 'x' }, 401, 'invalid_client'],
    ['400 for another grant', { client_id: 'nightly', client_secret: 's3cret', grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('%s', async (_, form, status, error) => {
    served = await serveTestIssuer({ alg: ALG, clients: { nightly: 's3cret' } });
    expect(await post({ grant_type: 'client_credentials', ...form })).toMatchObject({ status, body: { error } });
  });

  it('a port that is taken is an error, and a closed one is free again', async () => {
    served = await serveTestIssuer({ alg: ALG });
    const port = Number(new URL(served.issuer).port);
    await expect(serveTestIssuer({ alg: ALG, port })).rejects.toThrow('EADDRINUSE');
    await served.close();
    served = await serveTestIssuer({ alg: ALG, port });
    expect(served.issuer).toBe(`http://localhost:${port}`);
  });
});

describe('testIssuer.signToTheLetter', () => {
  it('signs what no library would write, by any key that it publishes', async () => {
    const issuer = await testIssuer({ otherAlgs: ['ES256', 'PS256'] });
    expect(issuer.jwks.keys.map(({ alg }) => alg)).toEqual(['RS256', 'ES256', 'PS256']);
    const token = issuer.signToTheLetter('{"alg":"none","alg":"ES256"}', '[]', { key: 'ES256' });
    expect(Buffer.from(token.split('.')[0]!, 'base64url').toString()).toBe('{"alg":"none","alg":"ES256"}');
    await expect(jwtVerify(issuer.signToTheLetter('{"alg":"ES256"}', '{}', { key: 'ES256' }), issuer.jwks.keys[1]!)).resolves.toBeDefined();
  });

  it('signs with a key as another algorithm, and not with a key that it lacks', async () => {
    const issuer = await testIssuer();
    const token = issuer.signToTheLetter('{"alg":"PS256"}', '{}', { signAs: 'PS256' });
    expect(decodeProtectedHeader(token).alg).toBe('PS256');
    await expect(jwtVerify(token, { ...issuer.jwks.keys[0]!, alg: 'PS256' })).resolves.toBeDefined();
    expect(() => issuer.signToTheLetter('{}', '{}', { key: 'ES256' })).toThrow('no ES256 key');
  });
});
