import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { admit, anApp, READ, REDIRECT_URI, REPORTS, sentBack, type AppMade } from '../support/delegation.js';
import { aDeviceApp, answerDevice, type DeviceCodesMade } from '../support/devices.js';
import { aClientKey, type ClientKey } from '../support/public-keys.js';
import { call } from '../support/requests.js';
import { aPerson, Visitor, type PersonMade } from '../support/visitor.js';

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

  it('200 on introspection and revocation, and 401 for the token from then on', async () => {
    const [id, authentication] = credentials();
    const configuration = await discover(id, authentication);
    const { access_token: token } = await client.clientCredentialsGrant(configuration, { resource: audience });
    expect(await client.tokenIntrospection(configuration, token)).toMatchObject({ active: true, client_id: id, aud: audience });
    await client.tokenRevocation(configuration, token);
    expect((await call('GET', `${server.url}/analytics/v1/account`, token)).status).toBe(401);
    expect(await client.tokenIntrospection(configuration, token)).toEqual({ active: false });
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

interface Partner {
  readonly app: AppMade;
  readonly authentication: client.ClientAuth;
}

describe('openid-client for a person', () => {
  const partners: Record<string, Partner> = {};
  let person: PersonMade;

  beforeAll(async () => {
    const operator = await Operator.of(server);
    const key = await aClientKey('ES256');
    const [web, native, signing] = [
      await anApp(operator),
      await anApp(operator, { client_type: 'public' }),
      await anApp(operator, { auth_method: 'private_key_jwt', jwks: key.jwks }),
    ];
    partners['client_secret_basic'] = { app: web, authentication: client.ClientSecretBasic(web.client_secret) };
    partners['none'] = { app: native, authentication: client.None() };
    partners['private_key_jwt'] = { app: signing, authentication: client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid }) };
    await admit(operator, server.orgs[0].id, { app_ids: Object.values(partners).map(({ app }) => app.id) });
    person = await aPerson(operator, server.orgs[0].id);
  });

  async function allowAll(): Promise<void> {
    await admit(await Operator.of(server), server.orgs[0].id, { mode: 'all' });
  }

  /** All that a program does to be allowed something, but for the redirect itself. */
  async function authorize(
    configuration: client.Configuration,
    { pushed = false, scope = `${READ} ${REPORTS}` } = {},
  ): Promise<{ url: URL; checks: client.AuthorizationCodeGrantChecks }> {
    const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
    const parameters = {
      redirect_uri: REDIRECT_URI,
      scope,
      resource: audience,
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    const url = pushed
      ? await client.buildAuthorizationUrlWithPAR(configuration, parameters)
      : client.buildAuthorizationUrl(configuration, parameters);
    return { url, checks: { pkceCodeVerifier: verifier, expectedState: state } };
  }

  const works = async (token: string): Promise<boolean> =>
    (await call('GET', `${server.url}/analytics/v1/metrics?metric=events`, token)).status === 200;

  it.each([
    ['client_secret_basic', false],
    ['client_secret_basic', true],
    ['none', false],
    ['none', true],
    ['private_key_jwt', true],
  ])('code, refresh and revocation for a client that authenticates by %s, pushed: %s', async (method, pushed) => {
    const { app, authentication } = partners[method]!;
    const configuration = await discover(app.client_id, authentication);
    const { url, checks } = await authorize(configuration, { pushed });
    if (pushed) expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const stranger = { ...person, browser: new Visitor(server.url) };
    const tokens = await client.authorizationCodeGrant(configuration, await sentBack(stranger, url), checks);
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: `${READ} ${REPORTS}`, expires_in: 3600 });
    expect(await works(tokens.access_token)).toBe(true);

    const next = await client.refreshTokenGrant(configuration, tokens.refresh_token!);
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(await works(next.access_token)).toBe(true);
    const narrower = await client.refreshTokenGrant(configuration, next.refresh_token!, { scope: READ });
    expect(narrower.scope).toBe(READ);

    await client.tokenRevocation(configuration, narrower.refresh_token!, { token_type_hint: 'refresh_token' });
    await expect(client.refreshTokenGrant(configuration, narrower.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await works(narrower.access_token)).toBe(false);
  });

  it('a person who refuses reaches the program as access_denied, one who unticks a scope as a smaller scope', async () => {
    const configuration = await discover(partners['none']!.app.client_id, client.None());
    const refused = await authorize(configuration);
    await expect(
      client.authorizationCodeGrant(configuration, await sentBack(person, refused.url, { decision: 'deny' }), refused.checks),
    ).rejects.toMatchObject({ error: 'access_denied' });
    const unticked = await authorize(configuration);
    const newcomer = await aPerson(await Operator.of(server), server.orgs[0].id);
    const back = await sentBack(newcomer, unticked.url, { scopes: [READ] });
    const tokens = await client.authorizationCodeGrant(configuration, back, unticked.checks);
    expect(tokens.scope).toBe(READ);
    expect(await works(tokens.access_token)).toBe(true);
  });

  it.each(['public', 'confidential'])('RFC 8628 a %s client on a device polls until somebody has answered', async (client_type) => {
    const tool = await aDeviceApp(await Operator.of(server), { client_type });
    await allowAll();
    const authentication = client_type === 'public' ? client.None() : client.ClientSecretBasic(tool.client_secret);
    const configuration = await discover(tool.client_id, authentication);
    const codes = await client.initiateDeviceAuthorization(configuration, { scope: READ, resource: audience });
    // It waits for the interval before it asks; by then somebody has answered.
    const polling = client.pollDeviceAuthorizationGrant(configuration, codes);
    await answerDevice(person.browser, codes as DeviceCodesMade);
    const tokens = await polling;
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: READ });
    expect(await works(tokens.access_token)).toBe(true);
    expect((await client.refreshTokenGrant(configuration, tokens.refresh_token!)).scope).toBe(READ);
  });

  it('RFC 9207 §2.4 an answer of another issuer, and one that names none, never reach the token endpoint', async () => {
    const configuration = await discover(partners['none']!.app.client_id, client.None());
    const { url, checks } = await authorize(configuration);
    const back = await sentBack(person, url);
    const [foreign, silent] = [new URL(back), new URL(back)];
    foreign.searchParams.set('iss', 'https://evil.example');
    silent.searchParams.delete('iss');
    for (const tampered of [foreign, silent])
      await expect(client.authorizationCodeGrant(configuration, tampered, checks)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('iss') as string },
      });
    // The code is still good: nothing was asked with it.
    expect((await client.authorizationCodeGrant(configuration, back, checks)).access_token).toBeTruthy();
  });
});

describe('openid-client signs a person in', () => {
  const AFTER = 'https://partner.example/bye';

  // With scopes of an API beside, and without.
  it.each([
    ['openid profile email', '/oauth/userinfo'],
    [`openid email ${READ}`, '/analytics'],
  ])('ID token with nonce, UserInfo, refresh and logout for "%s"', async (scope, path) => {
    const operator = await Operator.of(server);
    const app = await anApp(operator, {
      grants: [
        { audience, scopes: [READ] },
        { audience: `${server.url}/oauth/userinfo`, scopes: ['openid', 'profile', 'email'] },
      ],
      post_logout_redirect_uris: [AFTER],
    });
    await admit(operator, server.orgs[1].id, { app_ids: [app.id] });
    const person = await aPerson(operator, server.orgs[1].id);
    const configuration = await discover(app.client_id, client.ClientSecretBasic(app.client_secret), 'oidc');
    client.enableNonRepudiationChecks(configuration);
    const checks = {
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
      expectedState: client.randomState(),
      expectedNonce: client.randomNonce(),
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: REDIRECT_URI,
      scope,
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      max_age: '300',
      code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const tokens = await client.authorizationCodeGrant(configuration, await sentBack(person, url), {
      ...checks,
      maxAge: 300,
      idTokenExpected: true,
    });
    const claims = tokens.claims()!;
    expect(claims).toMatchObject({ sub: person.userId, aud: app.client_id, nonce: checks.expectedNonce, org_id: server.orgs[1].id });
    expect(decodeJwt(tokens.access_token).aud).toBe(server.url + path);
    const info = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    expect(info).toMatchObject({ sub: person.userId, email: person.email });

    const next = await client.refreshTokenGrant(configuration, tokens.refresh_token!);
    expect(next.claims()).toMatchObject({ sub: claims.sub, auth_time: claims.auth_time });
    const logout = client.buildEndSessionUrl(configuration, {
      id_token_hint: next.id_token!,
      post_logout_redirect_uri: AFTER,
      state: 'over',
    });
    expect((await person.browser.get(logout.href)).headers.get('location')).toBe(`${AFTER}?state=over`);
    expect(await person.browser.isSignedIn()).toBe(false);
  });
});
