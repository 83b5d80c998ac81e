import { auth, ClientCredentialsProvider, PrivateKeyJwtProvider, type FetchLike } from '@modelcontextprotocol/client';
import { auth as authV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import {
  ClientCredentialsProvider as ClientCredentialsProviderV1,
  PrivateKeyJwtProvider as PrivateKeyJwtProviderV1,
} from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { decodeJwt, exportPKCS8 } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { READ, REPORTS, works } from '../support/delegation.js';
import { aClientKey, type ClientKey } from '../support/public-keys.js';

/** Extension io.modelcontextprotocol/oauth-client-credentials: an agent that runs unattended, as a principal of its own. */
let server: TestServer;
let operator: Operator;
let audience: string;
let all: string[];
let withSecret: PrincipalMade;
let narrow: PrincipalMade;
const keyed = new Map<string, { id: string; key: ClientKey }>();
let sent: URLSearchParams[];

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  audience = `${server.url}/analytics`;
  const metadata = await fetch(`${server.url}/.well-known/oauth-protected-resource/analytics`);
  all = ((await metadata.json()) as { scopes_supported: string[] }).scopes_supported;
  const grants = [{ audience, scopes: all }];
  withSecret = await operator.aServicePrincipal(server.orgs[0].id, { name: 'Nightly report', grants });
  narrow = await operator.aServicePrincipal(server.orgs[0].id, { name: 'Reader', grants: [{ audience, scopes: [READ] }] });
  for (const alg of ['ES256', 'RS256']) {
    const key = await aClientKey(alg);
    const fields = { grants, auth_method: 'private_key_jwt', jwks: key.jwks };
    keyed.set(alg, { id: (await operator.aServicePrincipal(server.orgs[0].id, fields)).client_id, key });
  }
});
afterAll(() => server.stop());
beforeEach(() => {
  sent = [];
});

/** As the SDK's own, and what it sent to the token endpoint is kept. */
const fetchFn: FetchLike = async (url, init) => {
  if (init?.method === 'POST') sent.push(new URLSearchParams(String(init.body)));
  return fetch(url, init);
};

interface Provider {
  tokens(): { access_token: string; scope?: string | undefined } | undefined;
}

const secretOf = ({ client_id, client_secret }: PrincipalMade): { clientId: string; clientSecret: string; expectedIssuer: string } => ({
  clientId: client_id,
  clientSecret: client_secret,
  expectedIssuer: server.url,
});
const keyOf = async (alg: string): Promise<{ clientId: string; privateKey: string; algorithm: string; expectedIssuer: string }> => {
  const { id, key } = keyed.get(alg)!;
  return { clientId: id, privateKey: await exportPKCS8(key.privateKey), algorithm: alg, expectedIssuer: server.url };
};

/** The SDK finds the way from the resource to the token by itself. */
const WAYS: [string, () => Promise<Provider>][] = [
  ['SDK v2, secret', async () => through(auth, new ClientCredentialsProvider(secretOf(withSecret)))],
  ['SDK v2, private_key_jwt with ES256', async () => through(auth, new PrivateKeyJwtProvider(await keyOf('ES256')))],
  ['SDK v2, private_key_jwt with RS256', async () => through(auth, new PrivateKeyJwtProvider(await keyOf('RS256')))],
  ['SDK v1, secret', async () => through(authV1, new ClientCredentialsProviderV1(secretOf(withSecret)))],
  ['SDK v1, private_key_jwt with ES256', async () => through(authV1, new PrivateKeyJwtProviderV1(await keyOf('ES256')))],
  ['SDK v1, private_key_jwt with RS256', async () => through(authV1, new PrivateKeyJwtProviderV1(await keyOf('RS256')))],
];

async function through<P extends Provider>(
  authorize: (provider: P, options: { serverUrl: string; fetchFn: FetchLike; scope?: string }) => Promise<string>,
  provider: P,
  scope?: string,
): Promise<P> {
  expect(await authorize(provider, { serverUrl: audience, fetchFn, ...(scope !== undefined && { scope }) })).toBe('AUTHORIZED');
  return provider;
}

describe('CC-7, MCP-8 client credentials by the MCP SDK, from discovery to a call', () => {
  it.each(WAYS)('%s', async (_, authorize) => {
    const tokens = (await authorize()).tokens();
    expect(await works(server.url, tokens?.access_token ?? '')).toBe(true);
    const claims = decodeJwt(tokens?.access_token ?? '');
    expect(claims).toMatchObject({ aud: audience, principal_type: 'service_principal', org_id: server.orgs[0].id });
    expect(claims).not.toHaveProperty('act');
    expect(tokens?.scope?.split(' ').sort()).toEqual([...all].sort());
    expect(sent).toHaveLength(1);
    expect(sent[0]?.get('resource')).toBe(audience);
  });

  it('T45 a key proves who asks: no client_id is sent, and the assertion is for the issuer', async () => {
    await through(auth, new PrivateKeyJwtProvider(await keyOf('ES256')));
    expect(sent[0]?.has('client_id')).toBe(false);
    expect(decodeJwt(sent[0]?.get('client_assertion') ?? '').aud).toBe(server.url);
  });

  it('a principal of few scopes gets those that the challenge of the API names; invalid_scope tells which others it lacks', async () => {
    const provider = await through(auth, new ClientCredentialsProvider(secretOf(narrow)), READ);
    expect(provider.tokens()?.scope).toBe(READ);
    await expect(auth(new ClientCredentialsProvider(secretOf(narrow)), { serverUrl: audience, fetchFn })).rejects.toThrow(
      new RegExp(`Not granted to this client for the audience: .*${REPORTS}`),
    );
    // v1 asks for nothing unless it is told to: everything that is granted.
    const older = await through(authV1, new ClientCredentialsProviderV1(secretOf(narrow)));
    expect(older.tokens()?.scope).toBe(READ);
  });

  it('AGT-3 credentials go to no other issuer than their own', async () => {
    const provider = new ClientCredentialsProvider({ ...secretOf(withSecret), expectedIssuer: 'https://issuer.example' });
    await expect(auth(provider, { serverUrl: audience, fetchFn })).rejects.toThrow();
    expect(sent).toEqual([]);
  });
});
