import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { aClientKey, type ClientKey } from '../support/public-keys.js';
import { call } from '../support/requests.js';

let server: TestServer;
let audience: string;
let withSecret: PrincipalMade;
const keyed = new Map<string, { id: string; key: ClientKey }>();
const KEY_ALGS = ['ES256', 'RS256', 'PS256'];

beforeAll(async () => {
  server = await startTestServer();
  audience = `${server.url}/analytics`;
  const operator = await Operator.of(server);
  const grants = [{ audience, scopes: ['read:analytics-data', 'read:account'] }];
  withSecret = await operator.aServicePrincipal(server.orgs[0].id, { grants });
  for (const alg of KEY_ALGS) {
    const key = await aClientKey(alg);
    const { client_id: id } = await operator.aServicePrincipal(server.orgs[0].id, {
      grants,
      auth_method: 'private_key_jwt',
      jwks: key.jwks,
    });
    keyed.set(alg, { id, key });
  }
});
afterAll(() => server.stop());

function discover(
  clientId: string,
  authentication: client.ClientAuth,
  algorithm: 'oidc' | 'oauth2' = 'oauth2',
): Promise<client.Configuration> {
  return client.discovery(new URL(server.url), clientId, undefined, authentication, { algorithm, execute: [client.allowInsecureRequests] });
}

const METHODS: [string, () => [string, client.ClientAuth]][] = [
  ['client_secret_basic', () => [withSecret.client_id, client.ClientSecretBasic(withSecret.client_secret)]],
  ['client_secret_post', () => [withSecret.client_id, client.ClientSecretPost(withSecret.client_secret)]],
  ...KEY_ALGS.map((alg): [string, () => [string, client.ClientAuth]] => [
    `private_key_jwt with ${alg}`,
    () => {
      const { id, key } = keyed.get(alg)!;
      return [id, client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid })];
    },
  ]),
];

describe.each(METHODS)('openid-client by %s', (_, credentials) => {
  it.each(['resource', 'audience'])('200 with a token that opens the API, asked for by %s', async (parameter) => {
    const [id, authentication] = credentials();
    const configuration = await discover(id, authentication);
    const token = await client.clientCredentialsGrant(configuration, { [parameter]: audience, scope: 'read:account' });
    expect(token).toMatchObject({ token_type: 'bearer', scope: 'read:account', expires_in: 3600 });
    expect((await call('GET', `${server.url}/analytics/v1/account`, token.access_token)).status).toBe(200);
  });

  it('200 on revocation, and 401 for the token from then on', async () => {
    const [id, authentication] = credentials();
    const configuration = await discover(id, authentication);
    const { access_token: token } = await client.clientCredentialsGrant(configuration, { resource: audience });
    await client.tokenRevocation(configuration, token);
    expect((await call('GET', `${server.url}/analytics/v1/account`, token)).status).toBe(401);
  });
});

describe('openid-client', () => {
  it('RFC 8414 and OpenID Connect Discovery give the same endpoints', async () => {
    const [id, authentication] = METHODS[0]![1]();
    const [oauth, openid] = [await discover(id, authentication), await discover(id, authentication, 'oidc')];
    expect(openid.serverMetadata()).toMatchObject({ issuer: server.url, token_endpoint: oauth.serverMetadata().token_endpoint });
  });

  it('RFC 9068 §4 jose verifies the token with the published keys', async () => {
    const configuration = await discover(withSecret.client_id, client.ClientSecretBasic(withSecret.client_secret));
    const { access_token: token } = await client.clientCredentialsGrant(configuration, { audience });
    const keys = createRemoteJWKSet(new URL(String(configuration.serverMetadata().jwks_uri)));
    const { payload } = await jwtVerify(token, keys, {
      issuer: server.url,
      audience,
      typ: 'at+jwt',
      algorithms: ['RS256'],
      requiredClaims: ['client_id', 'jti', 'iat', 'exp', 'sub'],
    });
    expect(payload).toMatchObject({ client_id: withSecret.client_id, org_id: server.orgs[0].id });
  });

  it('401 reaches the program as invalid_client, and 400 with its code and description', async () => {
    const wrong = await discover(withSecret.client_id, client.ClientSecretBasic('wrong'));
    await expect(client.clientCredentialsGrant(wrong, { audience })).rejects.toMatchObject({ status: 401, cause: [{ scheme: 'basic' }] });
    const inForm = await discover(withSecret.client_id, client.ClientSecretPost('wrong'));
    await expect(client.clientCredentialsGrant(inForm, { audience })).rejects.toMatchObject({ status: 401, error: 'invalid_client' });
    const right = await discover(withSecret.client_id, client.ClientSecretBasic(withSecret.client_secret));
    await expect(client.clientCredentialsGrant(right, { audience, scope: 'write:account' })).rejects.toMatchObject({
      status: 400,
      error: 'invalid_scope',
      error_description: expect.stringContaining('write:account') as string,
    });
  });
});
