import { clientSecret, M2MClient } from '@countersign/client';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { admit, anApp, READ, REDIRECT_URI, sentBack, type AppMade } from '../support/delegation.js';
import { aPerson, type PersonMade } from '../support/visitor.js';

const HTTP = { [oauth.allowInsecureRequests]: true } as const;
let server: TestServer;
let principal: PrincipalMade;
let native: AppMade;
let person: PersonMade;
let audience: string;
let resourceUrl: URL;

// With nonces: whoever can do this can do without them too.
beforeAll(async () => {
  server = await startTestServer({ REQUIRE_DPOP_NONCES: 'true' });
  const operator = await Operator.of(server);
  audience = `${server.url}/analytics`;
  resourceUrl = new URL(`${audience}/v1/customers`);
  principal = await operator.aServicePrincipal(server.orgs[0].id);
  native = await anApp(operator, { client_type: 'public', dpop_bound_access_tokens: true });
  await admit(operator, server.orgs[0].id, { app_ids: [native.id] });
  person = await aPerson(operator, server.orgs[0].id);
});
afterAll(() => server.stop());

describe('openid-client with DPoP and nonces', () => {
  const configured = (id: string, authentication: client.ClientAuth): Promise<client.Configuration> =>
    client.discovery(new URL(server.url), id, undefined, authentication, { algorithm: 'oauth2', execute: [client.allowInsecureRequests] });

  it('a program gets a bound token and calls the API with it', async () => {
    const configuration = await configured(principal.client_id, client.ClientSecretBasic(principal.client_secret));
    const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair('ES256'));
    const tokens = await client.clientCredentialsGrant(configuration, { resource: audience }, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    for (let time = 0; time < 2; time++) {
      const answer = await client.fetchProtectedResource(configuration, tokens.access_token, resourceUrl, 'GET', null, undefined, { DPoP });
      expect(answer.status).toBe(200);
    }
  });

  it.each([false, true])('an app acts for a person, pushed: %s, and refreshes with its key', async (pushed) => {
    const configuration = await configured(native.client_id, client.None());
    const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair('ES256'));
    const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
    const parameters = {
      redirect_uri: REDIRECT_URI,
      scope: READ,
      resource: audience,
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(!pushed && { dpop_jkt: await DPoP.calculateThumbprint() }),
    };
    const url = pushed
      ? await client.buildAuthorizationUrlWithPAR(configuration, parameters, { DPoP })
      : client.buildAuthorizationUrl(configuration, parameters);
    const back = await sentBack(person, url);
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    const tokens = await client.authorizationCodeGrant(configuration, back, checks, undefined, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    const next = await client.refreshTokenGrant(configuration, tokens.refresh_token!, undefined, { DPoP });
    const answer = await client.fetchProtectedResource(configuration, next.access_token, resourceUrl, 'GET', null, undefined, { DPoP });
    expect(answer.status).toBe(200);
    await expect(client.refreshTokenGrant(configuration, next.refresh_token!)).rejects.toMatchObject({ error: 'invalid_dpop_proof' });
  });
});

describe('oauth4webapi with DPoP and nonces', () => {
  it('needs one more request the first time, and then none', async () => {
    const identifier = new URL(server.url);
    const issuer = await oauth.processDiscoveryResponse(
      identifier,
      await oauth.discoveryRequest(identifier, { algorithm: 'oauth2', ...HTTP }),
    );
    const known: oauth.Client = { client_id: principal.client_id };
    const DPoP = oauth.DPoP(known, await oauth.generateKeyPair('ES256'));
    const authentication = oauth.ClientSecretPost(principal.client_secret);
    const asked = async (): Promise<oauth.TokenEndpointResponse> => {
      const parameters = new URLSearchParams({ resource: audience });
      const response = await oauth.clientCredentialsGrantRequest(issuer, known, authentication, parameters, { DPoP, ...HTTP });
      return oauth.processClientCredentialsResponse(issuer, known, response);
    };
    await expect(asked()).rejects.toSatisfy(oauth.isDPoPNonceError);
    const { access_token: token, token_type: type } = await asked();
    expect(type).toBe('dpop');
    const use = (): Promise<Response> => oauth.protectedResourceRequest(token, 'GET', resourceUrl, undefined, null, { DPoP, ...HTTP });
    await expect(use()).rejects.toSatisfy(oauth.isDPoPNonceError);
    expect((await use()).status).toBe(200);
    expect((await use()).status).toBe(200);
  });

  it('§7.1 its own resource server takes the proofs of our SDK', async () => {
    const identifier = new URL(server.url);
    const issuer = await oauth.processDiscoveryResponse(
      identifier,
      await oauth.discoveryRequest(identifier, { algorithm: 'oauth2', ...HTTP }),
    );
    const { client_id: clientId, client_secret: secret } = principal;
    const ours = new M2MClient({ issuer: server.url, clientId, auth: clientSecret(secret), dpop: true });
    const { accessToken } = await ours.getToken({ audience });
    const url = resourceUrl.href;
    const headers = { authorization: `DPoP ${accessToken}`, dpop: await ours.dpopProof({ method: 'GET', url, accessToken }) };
    const claims = await oauth.validateJwtAccessToken(issuer, new Request(url, { headers }), audience, { requireDPoP: true, ...HTTP });
    expect(claims.client_id).toBe(clientId);
  });
});

describe('@countersign/client with DPoP and nonces', () => {
  it('T22 each server costs one more request the first time, and none later', async () => {
    const asked: string[] = [];
    const counting: typeof fetch = (input, init) => {
      asked.push(new URL(input as string).pathname);
      return fetch(input, init);
    };
    const { client_id: clientId, client_secret: secret } = principal;
    const ours = new M2MClient({ issuer: server.url, clientId, auth: clientSecret(secret), dpop: true, fetch: counting });
    const api = ours.fetchFor({ audience });
    for (let time = 0; time < 3; time++) expect((await api(`${resourceUrl.href}?limit=1`)).status).toBe(200);
    const count = (path: string): number => asked.filter((one) => one === path).length;
    expect([count('/oauth/token'), count(resourceUrl.pathname)]).toEqual([2, 4]);
  });
});
