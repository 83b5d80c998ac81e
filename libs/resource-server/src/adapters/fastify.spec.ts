import { testIssuer, type TestIssuer } from '@countersign/testing';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalJwks, ResourceServer, type AccessDecision } from '../index.js';
import { fastifyAdapter, getCaller, type FastifyAdapter } from './fastify.js';

const AUDIENCE = 'https://api.example/analytics';

describe('fastifyAdapter', () => {
  let app: FastifyInstance;
  let issuer: TestIssuer;
  let adapter: FastifyAdapter;
  const decisions: AccessDecision[] = [];

  beforeEach(async () => {
    decisions.length = 0;
    issuer = await testIssuer({ audience: AUDIENCE, alg: 'ES256' });
    adapter = await adapterFor(AUDIENCE);
    app = fastify({ rewriteUrl: (request) => String(request.url).replace(/^\/old\/reports.*/, '/v1/reports/rep_1') });
  });
  afterEach(() => app.close());

  async function adapterFor(audience: string): Promise<FastifyAdapter> {
    const keys = await LocalJwks.from(issuer.jwks);
    const onDecision = (decision: AccessDecision): void => void decisions.push(decision);
    return fastifyAdapter(new ResourceServer({ issuer: issuer.issuer, audience, keys, onDecision }));
  }

  const get = async (url: string, options: Parameters<TestIssuer['tokenFor']>[0] = {}) =>
    app.inject({ url, headers: { authorization: `Bearer ${await issuer.tokenFor({ scopes: ['read:reports'], ...options })}` } });

  it('declares request.auth for the whole application, empty where nobody was proven', async () => {
    await app.register(adapter.plugin);
    app.get('/open', (request) => ({ declared: 'auth' in request, auth: request.auth ?? null }));
    app.get('/closed-by-mistake', (request) => getCaller(request));
    expect((await get('/open')).json()).toEqual({ declared: true, auth: null });
    expect((await get('/closed-by-mistake')).statusCode).toBe(500);
  });

  it('names an operation by its pattern with the prefix of its scope', async () => {
    const reports = async (scope: FastifyInstance): Promise<void> => {
      scope.get<{ Params: { id: string } }>(
        '/reports/:id',
        { onRequest: adapter.requireScopes('read:reports') },
        ({ params }) => params.id,
      );
    };
    await app.register(reports, { prefix: '/v1' });
    expect((await get('/v1/reports/rep_1')).body).toBe('rep_1');
    expect(decisions.map(({ operation }) => operation)).toEqual(['GET /v1/reports/:id']);
  });

  it('names a request that no route takes without its URL', async () => {
    app.setNotFoundHandler({ preHandler: adapter.requireScopes('read:reports') }, (_, reply) => reply.code(404).send());
    await get('/users/alice');
    expect(decisions.map(({ operation }) => operation)).toEqual(['GET *']);
  });

  // Seen failing with the URL after rewriteUrl.
  it('400 for a token in a query that the application rewrites away', async () => {
    app.get('/v1/reports/:id', { onRequest: adapter.requireScopes('read:reports') }, () => 'ok');
    expect((await get('/old/reports')).statusCode).toBe(200);
    expect((await get('/old/reports?access_token=a')).statusCode).toBe(400);
  });

  // Seen failing with the refusal sent as an object: the schema drops its code.
  it('the whole refusal, whatever response schema the route has', async () => {
    const schema = { response: { '4xx': { type: 'object', properties: { message: { type: 'string' } } } } };
    app.get('/reports', { schema, onRequest: adapter.requireScopes('read:reports') }, () => 'ok');
    const answer = await app.inject('/reports');
    expect(answer.json()).toMatchObject({ status: 401, code: 'missing_credentials' });
  });

  it('refuses before the body is read', async () => {
    app.post('/reports', { onRequest: adapter.requireScopes('read:reports') }, () => 'ok');
    const answer = await app.inject({ method: 'POST', url: '/reports', headers: { 'content-type': 'application/json' }, payload: '{' });
    expect(answer.statusCode).toBe(401);
  });

  it('serves two APIs of one application, each with its own audience and document', async () => {
    const other = await adapterFor('https://api.example/v1:beta');
    await app.register(adapter.plugin);
    await app.register(other.plugin);
    app.get('/a', { onRequest: adapter.requireScopes('read:reports') }, () => 'ok');
    app.get('/b', { onRequest: other.requireScopes('read:reports') }, () => 'ok');
    const tokens = [AUDIENCE, 'https://api.example/v1:beta'];
    const statuses = ['/a', '/b'].map((url) => Promise.all(tokens.map(async (audience) => (await get(url, { audience })).statusCode)));
    expect(await Promise.all(statuses)).toEqual([
      [200, 401],
      [401, 200],
    ]);
    const document = await app.inject('/.well-known/oauth-protected-resource/v1:beta');
    expect(document.json()).toMatchObject({ resource: 'https://api.example/v1:beta' });
  });

  it('guards an internal API, whose name has no document', async () => {
    const internal = await adapterFor('billing');
    await app.register(internal.plugin);
    app.get('/invoices', { onRequest: internal.requireScopes('read:reports') }, ({ auth }) => auth?.clientId);
    expect([(await get('/invoices', { audience: 'billing' })).statusCode, (await get('/invoices')).statusCode]).toEqual([200, 401]);
    expect((await app.inject('/.well-known/oauth-protected-resource')).statusCode).toBe(404);
  });

  it('requireScopes throws without a scope', () => {
    expect(() => (adapter.requireScopes as () => void)()).toThrow(TypeError);
  });
});
