import 'reflect-metadata';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { All, Controller, Get, Header, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Caller, CountersignGuardModule, type RequestContext, Public, RequireScopes } from '@countersign/guards';
import { testIssuer, type TestIssuer } from '@countersign/testing';
import express5 from 'express';
import fastify from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  KeysUnavailable,
  LocalJwks,
  protectedResourceMetadata,
  refusalResponse,
  ResourceRequestRefused,
  ResourceServer,
  RevocationList,
  type AccessDecision,
  type KeySource,
  type RefusalContext,
} from '../index.js';
import { expressAdapter, getCaller as callerOfExpress } from './express.js';
import { fastifyAdapter, getCaller as callerOfFastify } from './fastify.js';
import { fetchAdapter } from './fetch.js';

const AUDIENCE = 'https://api.example/analytics';
const METADATA_PATH = '/.well-known/oauth-protected-resource/analytics';
const METADATA = `https://api.example${METADATA_PATH}`;
const SCOPES = ['read:reports', 'read:account'] as const;

interface Setup {
  readonly issuer: string;
  readonly keys: KeySource;
  readonly revocations: RevocationList;
  readonly onDecision: (decision: AccessDecision) => void;
  readonly onRefused: (refusal: ResourceRequestRefused, context: RefusalContext) => void;
}

interface Started {
  readonly url: string;
  stop(): Promise<unknown>;
}

/** Serves `GET /reports/:id` and every method of `/everything` for SCOPES, and the metadata document. */
interface AdapterUnderTest {
  readonly name: string;
  /** What its decisions call `GET /reports/:id`. */
  readonly operation: string;
  start(setup: Setup): Promise<Started>;
}

// An alias of express@4 among the development dependencies, without types of its own.
const express4 = ((await import(/* @vite-ignore */ 'express4' as string)) as { default: typeof express5 }).default;

const ADAPTERS: AdapterUnderTest[] = [
  { name: 'Express 5', operation: 'GET /reports/:id', start: (setup) => startExpress(express5, setup) },
  { name: 'Express 4', operation: 'GET /reports/:id', start: (setup) => startExpress(express4, setup) },
  { name: 'Fastify', operation: 'GET /reports/:id', start: startFastify },
  { name: 'Request', operation: 'GET *', start: startFetch },
  { name: 'node:http', operation: 'reports.get', start: startNodeHttp },
  { name: 'the Nest guard', operation: 'ReportsController.get', start: startNest },
];

describe.each(ADAPTERS)('$name', ({ start, operation }) => {
  let app: Started;
  let issuer: TestIssuer;
  let revocations: RevocationList;
  let failure: Error | undefined;
  const decisions: AccessDecision[] = [];
  const refused: { refusal: ResourceRequestRefused; context: RefusalContext }[] = [];

  beforeAll(async () => {
    issuer = await testIssuer({ audience: AUDIENCE });
    revocations = new RevocationList();
    const local = await LocalJwks.from(issuer.jwks);
    const keys: KeySource = {
      find: (kid) => (failure ? Promise.reject(failure) : local.find(kid)),
      isTrusted: (kid) => local.isTrusted(kid),
    };
    app = await start({
      issuer: issuer.issuer,
      keys,
      revocations,
      onDecision: (decision) => void decisions.push(decision),
      onRefused: (refusal, context) => void refused.push({ refusal, context }),
    });
  });
  afterAll(() => app.stop());
  beforeEach(() => {
    decisions.length = refused.length = 0;
    failure = undefined;
  });

  const get = (authorization?: string, path = '/reports/rep_1') =>
    send(app, 'GET', path, authorization === undefined ? [] : ['authorization', authorization]);
  const bearer = async (options?: Parameters<TestIssuer['tokenFor']>[0]) =>
    `Bearer ${await issuer.tokenFor({ scopes: SCOPES, ...options })}`;

  function expectRefusal(answer: Answer, status: number, code: string, challenge: string | undefined): void {
    expect({ status: answer.status, challenge: answer.headers['www-authenticate'] }).toEqual({ status, challenge });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['cache-control']).toBe('no-store');
    const text = expect.any(String) as string;
    expect(answer.body()).toEqual({ type: 'about:blank', title: text, status, code, detail: text, request_id: text });
  }

  it('200 with every scope: the handler gets the caller, whether the token is new or remembered', async () => {
    const authorization = await bearer({ org: 'org_a', claims: { grant: 'con_1', act: { sub: 'app_1' }, jti: 'jti_1' } });
    for (const attempt of ['verified', 'remembered']) {
      const answer = await get(authorization);
      expect(answer.status, attempt).toBe(200);
      expect(answer.body()).toMatchObject({
        principalType: 'service_principal',
        subject: 'sp_test',
        clientId: 'sp_test',
        orgId: 'org_a',
        credentialId: 'sec_test',
        tokenId: 'jti_1',
        grantId: 'con_1',
        actor: { sub: 'app_1' },
        claims: { iss: issuer.issuer },
      });
    }
  });

  it('200 with the scheme in any case (RS-1)', async () => {
    expect((await get((await bearer()).replace('Bearer', 'bEARER'))).status).toBe(200);
  });

  it('401 without credentials: a challenge that names scopes and metadata, and no error (RS-2)', async () => {
    expectRefusal(await get(), 401, 'missing_credentials', `Bearer scope="read:reports read:account", resource_metadata="${METADATA}"`);
  });

  it.each(['Basic YTpi', 'DPoP abc', 'Bearerabc', 'Digest username="a", realm="b"'])(
    '401 without error for credentials of another scheme: %s (RS-2)',
    async (authorization) => {
      const answer = await get(authorization);
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).not.toContain('error');
    },
  );

  it.each(['Bearer', 'Bearer a b', 'Bearer "x"', 'Bearer a, Bearer b', 'Bearer a,'])(
    '400 for the malformed header "%s" (RS-3)',
    async (authorization) => {
      const answer = await get(authorization);
      expectRefusal(answer, 400, 'invalid_request', String(answer.headers['www-authenticate']));
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="invalid_request", .*resource_metadata=/);
    },
  );

  // Seen failing with `headers` read in place of the raw ones: node keeps the first line, and a good one hides a second.
  it('400 for two Authorization headers, whichever of them is good (RS-3)', async () => {
    const good = await bearer();
    expect((await get(good)).status).toBe(200);
    for (const [first, second] of [
      [good, good],
      [good, 'Basic YTpi'],
      ['Basic YTpi', good],
    ] as const) {
      const answer = await send(app, 'GET', '/reports/rep_1', ['Authorization', first, 'authorization', second]);
      expect(answer.status, `${first.slice(0, 6)}, ${second.slice(0, 6)}`).toBe(400);
    }
  });

  it('400 for a token in the query, even beside a good one (RS-1)', async () => {
    const good = await bearer();
    for (const query of ['access_token=a', 'x=1&access%5Ftoken=a', 'access_token'])
      for (const authorization of [undefined, good]) {
        const answer = await get(authorization, `/reports/rep_1?${query}`);
        expect(answer.status, query).toBe(400);
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="invalid_request"/);
      }
    expect((await get(good, '/reports/rep_1?token=a')).status).toBe(200);
  });

  it.each<[string, Parameters<TestIssuer['tokenFor']>[0], string]>([
    ['an expired token', { lifetimeSeconds: -60 }, 'expired'],
    ['another audience', { audience: 'https://api.example/v1' }, 'audience'],
    ['an audience that only begins like ours', { audience: `${AUDIENCE}/` }, 'audience'],
    ['another issuer', { claims: { iss: 'https://issuer.example.evil' } }, 'issuer'],
    ['another type', { header: { typ: 'JWT' } }, 'type'],
    ['an unknown key', { header: { kid: 'x' } }, 'key_unknown'],
    ['a bound token without its proof', { claims: { cnf: { jkt: 'x' } } }, 'confirmation'],
  ])('401 invalid_token for %s, and the public learns no more than "expired" (RS-4)', async (_, options, reason) => {
    const description = reason === 'expired' ? 'The access token expired.' : 'The access token is invalid.';
    const answer = await get(await bearer(options));
    const challenge = `Bearer error="invalid_token", error_description="${description}", resource_metadata="${METADATA}"`;
    expectRefusal(answer, 401, 'invalid_token', challenge);
    expect(answer.body()).toMatchObject({ detail: description });
    expect(refused.map(({ refusal }) => refusal.reason)).toEqual([reason]);
  });

  it('401 for garbage, for a changed signature and for no signature', async () => {
    const [head, claims, signature] = (await bearer()).split('.');
    for (const token of [
      'Bearer abc',
      `${head}.${claims}.${signature?.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`,
      `${head}.${claims}.`,
    ])
      expect((await get(token)).status).toBe(401);
  });

  // Seen failing with the revocation list left out of the verifier.
  it('401 at once for a remembered token that was revoked', async () => {
    const authorization = await bearer({ claims: { client_id: 'sp_revoked' } });
    expect((await get(authorization)).status).toBe(200);
    const now = Date.now() / 1000;
    revocations.apply([{ seq: 1, kind: 'client', value: 'sp_revoked', revokedAt: now, expiresAt: now + 3600 }]);
    expect((await get(authorization)).status).toBe(401);
    expect(refused.map(({ refusal }) => refusal.reason)).toEqual(['revoked']);
  });

  it.each([[['read:reports']], [['read:reports2', 'READ:REPORTS', 'read:account']], [[]]])(
    '403 with all scopes in one challenge for a token with %j (RS-5)',
    async (scopes) => {
      const authorization = await bearer({ scopes });
      for (const _ of ['verified', 'remembered']) {
        const answer = await get(authorization);
        const description = 'error_description="The operation needs the scopes: read:reports read:account"';
        const challenge = `Bearer error="insufficient_scope", ${description}, scope="read:reports read:account", resource_metadata="${METADATA}"`;
        expectRefusal(answer, 403, 'insufficient_scope', challenge);
      }
    },
  );

  // Seen failing with refusalFor left out of ResourceServer: 500.
  it('503 with Retry-After, never 401, while the keys cannot be had', async () => {
    failure = new KeysUnavailable('down', 7);
    const answer = await get(await bearer());
    expectRefusal(answer, 503, 'keys_unavailable', undefined);
    expect(answer.headers['retry-after']).toBe('7');
  });

  it('500 and closed when the verifier itself breaks', async () => {
    failure = new Error('bug');
    const answer = await get(await bearer());
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('claims');
    expect(decisions).toEqual([]);
  });

  it('no challenge for a preflight, and no way past it either (RS-17)', async () => {
    const answer = await send(app, 'OPTIONS', '/everything', ['origin', 'https://x.example', 'access-control-request-method', 'GET']);
    expect(answer.status).toBe(403);
    expect(answer.headers['www-authenticate']).toBeUndefined();
    expect((await send(app, 'OPTIONS', '/everything', [])).status).toBe(401);
  });

  it('RFC 9728 §3: the challenge leads to the document, for anybody, from any origin', async () => {
    const [, url] = /resource_metadata="([^"]+)"/.exec(String((await get()).headers['www-authenticate'])) ?? [];
    const answer = await send(app, 'GET', `${new URL(String(url)).pathname}?x=1`, []);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['cache-control']).toContain('public, max-age=');
    expect(answer.body()).toEqual({
      resource: AUDIENCE,
      authorization_servers: [issuer.issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: SCOPES,
      resource_name: 'Analytics',
    });
    expect((await send(app, 'GET', `${METADATA_PATH}/x`, [])).status).toBe(404);
  });

  // Seen failing with one verification for all requests of a moment.
  it('200 with their own identity for a hundred callers at once', async () => {
    const clients = Array.from({ length: 100 }, (_, i) => `sp_${i}`);
    const tokens = await Promise.all(clients.map((client_id) => bearer({ org: `org_${client_id}`, claims: { client_id } })));
    const answers = await Promise.all(tokens.map((authorization) => get(authorization)));
    expect(answers.map((answer) => [answer.body()['clientId'], answer.body()['orgId']])).toEqual(
      clients.map((client) => [client, `org_${client}`]),
    );
  });

  describe('reports', () => {
    it('one decision per decided request, under the name of the operation', async () => {
      await get(await bearer());
      await get(await bearer({ scopes: ['read:reports'] }));
      await get();
      const common = { audience: AUDIENCE, operation, scopes: SCOPES };
      expect(decisions).toMatchObject([
        { ...common, result: 'accepted', claims: { client_id: 'sp_test' } },
        { ...common, result: 'insufficient_scope', claims: { client_id: 'sp_test' } },
        { ...common, result: 'missing_credentials', claims: undefined },
      ]);
    });

    it('refusals with the request_id of the answer', async () => {
      const answer = await get();
      expect(refused.map(({ context }) => context)).toEqual([{ audience: AUDIENCE, operation, requestId: answer.body()['request_id'] }]);
    });
  });
});

function resourceServer(setup: Setup): ResourceServer {
  return new ResourceServer({ ...setup, audience: AUDIENCE, metadata: { scopes: SCOPES, name: 'Analytics' } });
}

const shown = (caller: Caller) => ({ ...caller, scopes: [...caller.scopes] });

function startExpress(express: typeof express5, setup: Setup): Promise<Started> {
  const { requireScopes, metadata } = expressAdapter(resourceServer(setup));
  const app = express();
  app.use(metadata);
  app.get('/reports/:id', requireScopes(...SCOPES), (request, response) => {
    const id: string = request.params.id;
    response.json({ id, ...shown(callerOfExpress(request)) });
  });
  app.all('/everything', requireScopes(...SCOPES), (_, response) => void response.send('never for a preflight'));
  return listen(createServer(app as RequestListener));
}

async function startFastify(setup: Setup): Promise<Started> {
  const { plugin, requireScopes } = fastifyAdapter(resourceServer(setup));
  const app = fastify();
  await app.register(plugin);
  // In a scope of its own: the plugin must reach it.
  await app.register(async (scope) => {
    scope.get('/reports/:id', { onRequest: requireScopes(...SCOPES) }, (request) => shown(callerOfFastify(request)));
    scope.all('/everything', { preHandler: requireScopes(...SCOPES) }, () => 'never for a preflight');
  });
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), stop: () => app.close() };
}

function startFetch(setup: Setup): Promise<Started> {
  const { requireScopes, protect, metadata } = fetchAdapter(resourceServer(setup));
  const needed = requireScopes(...SCOPES);
  const report = protect(needed, (_, caller) => Response.json(shown(caller)));
  const everything = protect(needed, () => new Response('never for a preflight'));
  const handle = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/reports/')) return report(request);
    if (pathname === '/everything') return everything(request);
    return metadata(request) ?? new Response('', { status: 404 });
  };
  return listen(
    createServer((incoming, outgoing) => {
      const headers = new Headers();
      for (let i = 0; i < incoming.rawHeaders.length; i += 2) headers.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!);
      const request = new Request(`http://localhost${incoming.url}`, { method: incoming.method ?? 'GET', headers });
      handle(request)
        .catch(() => new Response('', { status: 500 }))
        .then(async (response) => outgoing.writeHead(response.status, [...response.headers].flat()).end(await response.text()));
    }),
  );
}

/** Without an adapter: `authorize` takes what node:http hands out. */
function startNodeHttp(setup: Setup): Promise<Started> {
  const server = resourceServer(setup);
  const documentHeaders = {
    'content-type': 'application/json',
    'cache-control': 'public, max-age=300',
    'access-control-allow-origin': '*',
  };
  let requests = 0;
  return listen(
    createServer(async (request, response) => {
      const [path] = String(request.url).split('?');
      if (path === METADATA_PATH) return response.writeHead(200, documentHeaders).end(JSON.stringify(server.metadata()));
      if (!path?.startsWith('/reports/') && path !== '/everything') return response.writeHead(404).end();
      const requestId = `request-${++requests}`;
      try {
        const caller = await server.authorize(request, { scopes: SCOPES, operation: 'reports.get', requestId });
        return response.end(JSON.stringify(shown(caller)));
      } catch (error) {
        if (!(error instanceof ResourceRequestRefused)) return response.writeHead(500).end();
        const { status, headers, body } = refusalResponse(error, requestId);
        return response.writeHead(status, headers).end(JSON.stringify(body));
      }
    }),
  );
}

async function startNest({ issuer, ...setup }: Setup): Promise<Started> {
  @Controller()
  class ReportsController {
    @Get('reports/:id')
    @RequireScopes(...SCOPES)
    get(@Caller() caller: Caller) {
      return shown(caller);
    }

    @All('everything')
    @RequireScopes(...SCOPES)
    everything() {
      return 'never for a preflight';
    }

    @Get(METADATA_PATH)
    @Public()
    @Header('access-control-allow-origin', '*')
    @Header('cache-control', 'public, max-age=300')
    metadata() {
      return protectedResourceMetadata({ resource: AUDIENCE, authorizationServers: [issuer], scopes: SCOPES, name: 'Analytics' });
    }
  }
  const onRefused = (refusal: ResourceRequestRefused, { audience, route, request }: RequestContext): void =>
    setup.onRefused(refusal, { audience, operation: route, requestId: String(request.id) });
  const options = { issuer, ...setup, onRefused };
  @Module({ imports: [CountersignGuardModule.forRoot({ ...options, audience: AUDIENCE })], controllers: [ReportsController] })
  class AppModule {}
  const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), stop: () => app.close() };
}

async function listen(server: Server): Promise<Started> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => new Promise((done) => server.close(done).closeAllConnections()) };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  body(): Record<string, unknown>;
}

/** On a real socket, with header lines exactly as given: no client would send two of one name. */
function send({ url }: Started, method: string, path: string, headers: readonly string[]): Promise<Answer> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    const lines = ['Host', 'localhost', ...headers] as never;
    const request = httpRequest({ host: hostname, port, method, path, headers: lines }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      const body = () => JSON.parse(text) as Record<string, unknown>;
      resolve({ status: response.statusCode, headers: response.headers, text, body });
    });
    request.on('error', reject).end();
  });
}
