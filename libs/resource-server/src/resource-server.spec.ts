import { testIssuer, type TestIssuer } from '@countersign/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  AccessTokenVerifier,
  KeysUnavailable,
  LocalJwks,
  ResourceServer,
  RevocationList,
  type AccessDecision,
  type ExpectedToken,
  type KeySource,
  type RefusalContext,
  type ResourceRequestRefused,
} from './index.js';

const AUDIENCE = 'https://api.example/analytics';
const EVENTS = 'https://api.example/events';

/** The real one; it remembers what it was asked. */
class ListeningVerifier extends AccessTokenVerifier {
  readonly expected: ExpectedToken[] = [];

  override verify(token: string, expected: ExpectedToken): ReturnType<AccessTokenVerifier['verify']> {
    this.expected.push(expected);
    return super.verify(token, expected);
  }
}

describe('ResourceServer', () => {
  let issuer: TestIssuer;
  let server: ResourceServer;
  let verifier: ListeningVerifier;
  let revocations: RevocationList;
  let failure: Error | undefined;
  let decisions: AccessDecision[];
  let refused: [ResourceRequestRefused, RefusalContext][];

  beforeEach(async () => {
    [decisions, refused, failure] = [[], [], undefined];
    issuer = await testIssuer({ audience: AUDIENCE, alg: 'ES256' });
    revocations = new RevocationList();
    const local = await LocalJwks.from(issuer.jwks);
    const keys: KeySource = {
      find: (kid) => (failure ? Promise.reject(failure) : local.find(kid)),
      isTrusted: (kid) => local.isTrusted(kid),
    };
    verifier = new ListeningVerifier({ issuer: issuer.issuer, keys, revocations });
    server = new ResourceServer({
      verifier,
      audience: AUDIENCE,
      onDecision: (decision) => void decisions.push(decision),
      onRefused: (refusal, context) => void refused.push([refusal, context]),
    });
  });

  const token = (options?: Parameters<TestIssuer['tokenFor']>[0]) => issuer.tokenFor({ scopes: ['read:reports'], ...options });

  describe('verifyToken', () => {
    it('gives the caller of a good token', async () => {
      const caller = await server.verifyToken(await token({ org: 'org_a' }), { scopes: ['read:reports'] });
      expect(caller).toMatchObject({ orgId: 'org_a', clientId: 'sp_test', claims: { aud: AUDIENCE } });
    });

    it('takes a token of the audience that is asked for, and of no other', async () => {
      const forEvents = await token({ audience: EVENTS });
      await expect(server.verifyToken(forEvents, { audience: EVENTS })).resolves.toMatchObject({ claims: { aud: EVENTS } });
      await expect(server.verifyToken(forEvents)).rejects.toMatchObject({ code: 'invalid_token', reason: 'audience' });
      await expect(server.verifyToken(await token(), { audience: EVENTS })).rejects.toMatchObject({ reason: 'audience' });
    });

    it.each([undefined, null, ''])('missing_credentials for %j', async (none) => {
      await expect(server.verifyToken(none)).rejects.toMatchObject({ code: 'missing_credentials' });
    });

    it('TypeError for bytes: to decode them is the part of the consumer', async () => {
      const bytes = Buffer.from(await token()) as unknown as string;
      await expect(server.verifyToken(bytes)).rejects.toBeInstanceOf(TypeError);
      expect(decisions).toEqual([]);
    });

    it('insufficient_scope with all that is needed', async () => {
      const wanted = { scopes: ['read:reports', 'write:reports'] };
      await expect(server.verifyToken(await token(), wanted)).rejects.toMatchObject({ code: 'insufficient_scope', status: 403 });
    });

    // Seen failing with the verdict kept between two messages of one token.
    it('invalid_token for the second message of a token that was revoked between', async () => {
      const twice = await token({ claims: { cred: 'sec_leaked' } });
      await server.verifyToken(twice);
      const now = Date.now() / 1000;
      revocations.apply([{ seq: 1, kind: 'credential', value: 'sec_leaked', revokedAt: now, expiresAt: now + 3600 }]);
      await expect(server.verifyToken(twice)).rejects.toMatchObject({ code: 'invalid_token', reason: 'revoked' });
    });

    it('503 with the time to come back while the keys cannot be had: the message is not to blame', async () => {
      failure = new KeysUnavailable('down', 7);
      const refusal = { code: 'keys_unavailable', status: 503, retryAfterSeconds: 7 };
      await expect(server.verifyToken(await token())).rejects.toMatchObject(refusal);
    });

    it('reports the decision under the name of the operation', async () => {
      await server.verifyToken(await token(), { scopes: ['read:reports'], operation: 'reports.generate' });
      await server.verifyToken('garbage').catch(() => undefined);
      expect(decisions).toMatchObject([
        { audience: AUDIENCE, operation: 'reports.generate', scopes: ['read:reports'], result: 'accepted', claims: { sub: 'sp_test' } },
        { audience: AUDIENCE, operation: 'verifyToken', scopes: [], result: 'invalid_token' },
      ]);
      expect(decisions[1]?.claims).toBeUndefined();
      expect(refused).toMatchObject([[{ reason: 'malformed' }, { audience: AUDIENCE, operation: 'verifyToken' }]]);
    });
  });

  describe('authorize', () => {
    const request = async (url = '/reports') => ({ method: 'GET', url, headers: { authorization: `Bearer ${await token()}` } });
    const operation = { scopes: ['read:reports'], operation: 'reports.list' };

    // Seen failing without the check: an empty list of scopes let any token pass.
    it('TypeError for an operation without a scope, whatever the token holds', async () => {
      for (const scopes of [[], [''], ['a b']])
        await expect(server.authorize(await request(), { ...operation, scopes })).rejects.toBeInstanceOf(TypeError);
      await expect(server.verifyToken(await token(), { scopes: [] })).rejects.toBeInstanceOf(TypeError);
    });

    it('tells the verifier which scopes the operation needs, and of verifyToken none where none are asked for', async () => {
      await server.authorize(await request(), operation);
      await server.verifyToken(await token(), { scopes: ['read:reports'] });
      await server.verifyToken(await token());
      expect(verifier.expected).toEqual([
        { audience: AUDIENCE, scopes: ['read:reports'], proven: {} },
        { audience: AUDIENCE, scopes: ['read:reports'] },
        { audience: AUDIENCE },
      ]);
    });

    it('finds a token in the query of a whole URL too', async () => {
      const absolute = await request('https://api.example/reports?a=1&access_token=x');
      await expect(server.authorize(absolute, operation)).rejects.toMatchObject({ status: 400, reason: 'token_in_query' });
      const { headers } = absolute;
      const rewritten = { method: 'GET', url: '/reports', originalUrl: '/reports?access_token=x', headers };
      await expect(server.authorize(rewritten, operation)).rejects.toMatchObject({ status: 400 });
    });

    it('missing_credentials for a request of which nothing is known', async () => {
      await expect(server.authorize({}, operation)).rejects.toMatchObject({ status: 401, code: 'missing_credentials' });
    });
  });

  it('RFC 9728 §2: describes itself', () => {
    const metadata = { scopes: ['read:reports'], name: 'Analytics', documentation: 'https://api.example/docs' };
    const described = new ResourceServer({ issuer: 'https://issuer.example', audience: AUDIENCE, metadata });
    expect(described.metadataUrl).toBe('https://api.example/.well-known/oauth-protected-resource/analytics');
    expect(described.metadata()).toEqual({
      resource: AUDIENCE,
      authorization_servers: ['https://issuer.example'],
      bearer_methods_supported: ['header'],
      scopes_supported: ['read:reports'],
      resource_name: 'Analytics',
      resource_documentation: 'https://api.example/docs',
    });
  });

  it('has no metadata where its audience is a plain name, unless it is said where', () => {
    const options = { issuer: 'https://issuer.example', audience: 'dashboards' };
    expect(new ResourceServer(options).metadataUrl).toBeUndefined();
    expect(new ResourceServer({ ...options, metadataUrl: 'https://dashboards.internal/metadata' }).metadataUrl).toBe(
      'https://dashboards.internal/metadata',
    );
  });

  it('refuses a clock tolerance that would outlive revocations', () => {
    expect(() => new ResourceServer({ issuer: 'https://issuer.example', audience: AUDIENCE, clockToleranceSeconds: 61 })).toThrow(
      RangeError,
    );
  });
});
