import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { admit, anApp, READ, REDIRECT_URI, REPORTS, sentBack, type AppMade } from '../support/delegation.js';
import { aDeviceApp, answerDevice, type DeviceCodesMade } from '../support/devices.js';
import { anInitialToken } from '../support/dynamic-apps.js';
import { aClientKey, type ClientKey } from '../support/public-keys.js';
import { aPerson, Visitor, type PersonMade } from '../support/visitor.js';

const HTTP = { [oauth.allowInsecureRequests]: true } as const;
const KEY_ALGS = ['ES256', 'RS256', 'PS256'];
let server: TestServer;
let issuer: oauth.AuthorizationServer;
let audience: string;
let withSecret: PrincipalMade;
const keyed = new Map<string, { id: string; key: ClientKey }>();

beforeAll(async () => {
  server = await startTestServer({ DYNAMIC_REGISTRATION: 'token' });
  audience = `${server.url}/analytics`;
  const identifier = new URL(server.url);
  issuer = await oauth.processDiscoveryResponse(identifier, await oauth.discoveryRequest(identifier, { algorithm: 'oauth2', ...HTTP }));
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

type Credentials = [oauth.Client, oauth.ClientAuth];

const METHODS: [string, () => Credentials][] = [
  ['client_secret_basic', () => [{ client_id: withSecret.client_id }, oauth.ClientSecretBasic(withSecret.client_secret)]],
  ['client_secret_post', () => [{ client_id: withSecret.client_id }, oauth.ClientSecretPost(withSecret.client_secret)]],
  ...KEY_ALGS.map((alg): [string, () => Credentials] => [
    `private_key_jwt with ${alg}`,
    () => {
      const { id, key } = keyed.get(alg)!;
      return [{ client_id: id }, oauth.PrivateKeyJwt({ key: key.privateKey, kid: key.kid })];
    },
  ]),
];

async function tokenBy([client, authentication]: Credentials, parameters: Record<string, string>): Promise<string> {
  const response = await oauth.clientCredentialsGrantRequest(issuer, client, authentication, new URLSearchParams(parameters), HTTP);
  return (await oauth.processClientCredentialsResponse(issuer, client, response)).access_token;
}

function bearing(token: string): Request {
  return new Request(`${server.url}/analytics/v1/account`, { headers: { authorization: `Bearer ${token}` } });
}

describe.each(METHODS)('oauth4webapi by %s', (_, credentials) => {
  it.each(['resource', 'audience'])('200 with a token that both verifiers take, asked for by %s', async (parameter) => {
    const token = await tokenBy(credentials(), { [parameter]: audience });
    // RFC 9068 §4 by someone else's resource server, then by ours.
    const claims = await oauth.validateJwtAccessToken(issuer, bearing(token), audience, HTTP);
    expect(claims).toMatchObject({
      client_id: credentials()[0].client_id,
      scope: 'read:analytics-data read:account',
      org_id: server.orgs[0].id,
    });
    expect((await fetch(bearing(token))).status).toBe(200);
  });

  it('200 on introspection, JSON and signed, and on revocation, and 401 for the token from then on', async () => {
    const [client, authentication] = credentials();
    const token = await tokenBy([client, authentication], { resource: audience });
    const introspect = async (options: object = {}): Promise<oauth.IntrospectionResponse> => {
      const response = await oauth.introspectionRequest(issuer, client, authentication, token, { ...HTTP, ...options });
      return oauth.processIntrospectionResponse(issuer, client, response);
    };
    expect(await introspect()).toMatchObject({ active: true, client_id: client.client_id, aud: audience });
    expect(await introspect({ requestJwtResponse: true })).toMatchObject({ active: true, client_id: client.client_id });
    const response = await oauth.revocationRequest(issuer, client, authentication, token, HTTP);
    expect(await oauth.processRevocationResponse(response)).toBeUndefined();
    expect((await fetch(bearing(token))).status).toBe(401);
    expect(await introspect()).toEqual({ active: false });
  });
});

describe('oauth4webapi', () => {
  it('RFC 9728 §3.3 finds the issuer from the API alone', async () => {
    const resource = new URL(audience);
    const metadata = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, HTTP));
    expect(metadata.authorization_servers).toEqual([issuer.issuer]);
  });

  it('401 is understood as a Bearer challenge that names the metadata and the scope', async () => {
    const refusal = await oauth
      .protectedResourceRequest('no-such-token', 'GET', new URL(`${server.url}/analytics/v1/account`), undefined, undefined, HTTP)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
    const { cause } = refusal as oauth.WWWAuthenticateChallengeError;
    expect(cause).toMatchObject([
      {
        scheme: 'bearer',
        parameters: { error: 'invalid_token', resource_metadata: `${server.url}/.well-known/oauth-protected-resource/analytics` },
      },
    ]);
  });

  it('401 of the token endpoint carries the challenge of the scheme that was used', async () => {
    const client = { client_id: withSecret.client_id };
    const response = await oauth.clientCredentialsGrantRequest(
      issuer,
      client,
      oauth.ClientSecretBasic('wrong'),
      new URLSearchParams({ audience }),
      HTTP,
    );
    await expect(oauth.processClientCredentialsResponse(issuer, client, response)).rejects.toMatchObject({ cause: [{ scheme: 'basic' }] });
  });

  it('RFC 7591 registers itself with an initial access token, and is known at the token endpoint from then on', async () => {
    const initialAccessToken = await anInitialToken(await Operator.of(server));
    const metadata = { redirect_uris: [REDIRECT_URI], client_name: 'oauth4webapi', token_endpoint_auth_method: 'client_secret_post' };
    const response = await oauth.dynamicClientRegistrationRequest(issuer, metadata, { initialAccessToken, ...HTTP });
    const client = await oauth.processDynamicClientRegistrationResponse(response);
    expect(client).toMatchObject({ client_name: 'oauth4webapi', client_secret_expires_at: expect.any(Number) as number });
    const authentication = oauth.ClientSecretPost(String(client.client_secret));
    const refreshed = await oauth.refreshTokenGrantRequest(issuer, client, authentication, 'none of ours', HTTP);
    await expect(oauth.processRefreshTokenResponse(issuer, client, refreshed)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('RFC 7517 §5 jose verifies with the published keys, and RFC 9701 §5 an API the answer about its token, whatever algorithm the API chose', async () => {
    const operator = await Operator.of(server);
    const keys = createRemoteJWKSet(new URL(String(issuer.jwks_uri)));
    for (const alg of ['RS256', 'PS256', 'ES256']) {
      const api = await operator.anApi({ signing_alg: alg });
      const principal = await operator.aServicePrincipal(server.orgs[0].id, {
        grants: [{ audience: api.identifier, scopes: ['read:things'] }],
      });
      const token = await tokenBy([{ client_id: principal.client_id }, oauth.ClientSecretPost(principal.client_secret)], {
        audience: api.identifier,
      });
      const { protectedHeader } = await jwtVerify(token, keys, { issuer: server.url, audience: api.identifier, typ: 'at+jwt' });
      expect(protectedHeader.alg).toBe(alg);
      const guard: PrincipalMade = await operator.create(`/v1/apis/${api.id}/credentials`, {});
      const [client, authentication] = [{ client_id: guard.client_id }, oauth.ClientSecretBasic(guard.client_secret)];
      const response = await oauth.introspectionRequest(issuer, client, authentication, token, { requestJwtResponse: true, ...HTTP });
      expect(await oauth.processIntrospectionResponse(issuer, client, response)).toMatchObject({ active: true, aud: api.identifier });
      await oauth.validateApplicationLevelSignature(issuer, response, HTTP);
    }
  });
});

describe('oauth4webapi for a person', () => {
  const apps: Record<string, { client: oauth.Client; authentication: oauth.ClientAuth }> = {};
  let person: PersonMade;

  beforeAll(async () => {
    const operator = await Operator.of(server);
    const [web, native]: AppMade[] = [await anApp(operator), await anApp(operator, { client_type: 'public' })];
    apps['confidential'] = { client: { client_id: web!.client_id }, authentication: oauth.ClientSecretPost(web!.client_secret ?? '') };
    apps['public'] = { client: { client_id: native!.client_id }, authentication: oauth.None() };
    await admit(operator, server.orgs[0].id, { app_ids: [web!.id, native!.id] });
    person = await aPerson(operator, server.orgs[0].id);
  });

  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();

  /** By PAR where the metadata names its endpoint, as this library leaves it to the program. */
  async function authorizationUrl({ client, authentication }: { client: oauth.Client; authentication: oauth.ClientAuth }): Promise<URL> {
    const parameters = {
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: `${READ} ${REPORTS}`,
      resource: audience,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    const response = await oauth.pushedAuthorizationRequest(issuer, client, authentication, parameters, HTTP);
    const { request_uri } = await oauth.processPushedAuthorizationResponse(issuer, client, response);
    return new URL(`${issuer.authorization_endpoint}?${new URLSearchParams({ client_id: client.client_id, request_uri }).toString()}`);
  }

  it.each(['confidential', 'public'])('PAR, code, refresh and revocation for a %s client', async (kind) => {
    const { client, authentication } = apps[kind]!;
    const back = await sentBack({ ...person, browser: new Visitor(server.url) }, await authorizationUrl(apps[kind]!));
    // RFC 9207: it refuses an answer that does not name this issuer.
    const parameters = oauth.validateAuthResponse(issuer, client, back, state);
    const redeemed = await oauth.authorizationCodeGrantRequest(issuer, client, authentication, parameters, REDIRECT_URI, verifier, HTTP);
    const tokens = await oauth.processAuthorizationCodeResponse(issuer, client, redeemed);
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: `${READ} ${REPORTS}` });
    const claims = await oauth.validateJwtAccessToken(issuer, bearing(tokens.access_token), audience, HTTP);
    expect(claims).toMatchObject({ sub: person.userId, client_id: client.client_id, org_id: server.orgs[0].id, principal_type: 'app' });

    const refreshed = await oauth.refreshTokenGrantRequest(issuer, client, authentication, tokens.refresh_token!, HTTP);
    const next = await oauth.processRefreshTokenResponse(issuer, client, refreshed);
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    const revoked = await oauth.revocationRequest(issuer, client, authentication, next.refresh_token!, HTTP);
    expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
    const late = await oauth.refreshTokenGrantRequest(issuer, client, authentication, next.refresh_token!, HTTP);
    await expect(oauth.processRefreshTokenResponse(issuer, client, late)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('RFC 8628 a device hears authorization_pending, then gets its tokens, and once more nothing', async () => {
    const operator = await Operator.of(server);
    const { client_id } = await aDeviceApp(operator);
    await admit(operator, server.orgs[0].id, { mode: 'all' });
    const [client, none] = [{ client_id }, oauth.None()];
    const asked = await oauth.deviceAuthorizationRequest(issuer, client, none, { scope: READ, resource: audience }, HTTP);
    const codes = await oauth.processDeviceAuthorizationResponse(issuer, client, asked);
    const poll = async (): Promise<oauth.TokenEndpointResponse> => {
      const response = await oauth.deviceCodeGrantRequest(issuer, client, none, codes.device_code, HTTP);
      return oauth.processDeviceCodeResponse(issuer, client, response);
    };
    await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' });
    await answerDevice(person.browser, codes as DeviceCodesMade);
    const tokens = await poll();
    const claims = await oauth.validateJwtAccessToken(issuer, bearing(tokens.access_token), audience, HTTP);
    expect(claims).toMatchObject({ sub: person.userId, client_id, org_id: server.orgs[0].id, scope: READ });
    await expect(poll()).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('RFC 9207 §2.4 refuses the answer of another issuer, and reads access_denied in ours', async () => {
    const { client } = apps['public']!;
    const url = await authorizationUrl(apps['public']!);
    const back = await sentBack(person, url, { decision: 'deny' });
    expect(() => oauth.validateAuthResponse({ ...issuer, issuer: 'https://evil.example' }, client, back, state)).toThrow(/iss/);
    expect(() => oauth.validateAuthResponse(issuer, client, back, state)).toThrow(
      expect.objectContaining({ error: 'access_denied' }) as Error,
    );
  });
});

describe('oauth4webapi signs a person in', () => {
  it('a public client: ID token with nonce and signature, UserInfo, and the address that signs out', async () => {
    const operator = await Operator.of(server);
    const grants = [{ audience: `${server.url}/oauth/userinfo`, scopes: ['openid', 'profile', 'email'] }];
    const { id, client_id } = await anApp(operator, { client_type: 'public', grants });
    await admit(operator, server.orgs[1].id, { app_ids: [id] });
    const person = await aPerson(operator, server.orgs[1].id, { name: 'Ada Lovelace' });
    const identifier = new URL(server.url);
    const found = await oauth.processDiscoveryResponse(
      identifier,
      await oauth.discoveryRequest(identifier, { algorithm: 'oidc', ...HTTP }),
    );
    const client: oauth.Client = { client_id, id_token_signed_response_alg: 'RS256' };
    const [verifier, nonce, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomNonce(), oauth.generateRandomState()];
    const query = new URLSearchParams({
      client_id,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile',
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const back = await sentBack(person, new URL(`${found.authorization_endpoint}?${query.toString()}`));
    const parameters = oauth.validateAuthResponse(found, client, back, state);
    const response = await oauth.authorizationCodeGrantRequest(found, client, oauth.None(), parameters, REDIRECT_URI, verifier, HTTP);
    const tokens = await oauth.processAuthorizationCodeResponse(found, client, response, { expectedNonce: nonce, requireIdToken: true });
    await oauth.validateApplicationLevelSignature(found, response, HTTP);
    const { sub, sid } = oauth.getValidatedIdTokenClaims(tokens)!;
    expect([sub, sid]).toEqual([person.userId, expect.stringMatching(/^ses_/)]);

    const asked = await oauth.userInfoRequest(found, client, tokens.access_token, HTTP);
    expect(await oauth.processUserInfoResponse(found, client, sub, asked)).toMatchObject({ sub, name: 'Ada Lovelace' });
    const logout = new URLSearchParams({ id_token_hint: tokens.id_token! });
    const done = await person.browser.get(`${found.end_session_endpoint}?${logout.toString()}`);
    expect([done.status, done.headers.get('location')]).toEqual([303, `${server.url}/logout/done?client_id=${client_id}`]);
    expect(await person.browser.isSignedIn()).toBe(false);
  });
});
