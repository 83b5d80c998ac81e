import 'reflect-metadata';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { All, Controller, Get, Module, Options } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  KeysUnavailable,
  LocalJwks,
  RevocationList,
  RevocationsStale,
  type KeySource,
  type ResourceRequestRefused,
} from '@countersign/resource-server';
import { testIssuer, type TestIssuer } from '@countersign/testing';
import {
  Caller,
  ClientAuthenticated,
  CountersignGuardModule,
  ProtectedResource,
  Public,
  RequireScopes,
  undeclaredRoutes,
  type RequestContext,
} from './index.js';

const AUDIENCE = 'https://api.example/analytics';
const METADATA = 'https://api.example/.well-known/oauth-protected-resource/analytics';

@Controller('reports')
class ReportsController {
  @Get()
  @RequireScopes('read:reports', 'read:account')
  list(@Caller() caller: Caller) {
    return { ...caller, scopes: [...caller.scopes] };
  }

  @Get('forgotten')
  forgotten() {
    return 'never';
  }

  @Get('caller-without-guard')
  @Public()
  callerWithoutGuard(@Caller() caller: Caller) {
    return caller;
  }

  @All('everything')
  @RequireScopes('read:reports')
  everything() {
    return 'never for a preflight';
  }
}

@Controller('open')
@Public()
class OpenController {
  @Get()
  get() {
    return 'open';
  }

  @Options()
  preflight() {
    return '';
  }

  @Get('closed')
  @RequireScopes('read:reports')
  closed() {
    return 'closed';
  }
}

@Controller('token')
class TokenController {
  @Get()
  @ClientAuthenticated()
  token() {
    return 'client';
  }
}

@Controller('management')
@ProtectedResource('management')
class ManagementController {
  @Get()
  @RequireScopes('read:orgs')
  list() {
    return 'orgs';
  }
}

/** A subclass of a public controller must say for itself that it is public. */
@Controller('inherited')
class InheritedController extends OpenController {}

describe('AccessTokenGuard', () => {
  let app: NestFastifyApplication;
  let issuer: TestIssuer;
  let revocations: RevocationList;
  let failure: Error | undefined;
  let isStale = false;
  const needed: string[][] = [];
  const refused: { refusal: ResourceRequestRefused; context: RequestContext }[] = [];
  const accepted: Caller[] = [];

  beforeAll(async () => {
    issuer = await testIssuer({ audience: AUDIENCE });
    revocations = Object.assign(new RevocationList(), {
      requireFresh: (scopes: Iterable<string>) => {
        needed.push([...scopes]);
        if (isStale) throw new RevocationsStale('long ago', 5);
      },
    });
    const local = await LocalJwks.from(issuer.jwks);
    const keys: KeySource = {
      find: (kid) => (failure ? Promise.reject(failure) : local.find(kid)),
      isTrusted: (kid) => local.isTrusted(kid),
    };
    @Module({
      imports: [
        CountersignGuardModule.forRootAsync({
          useFactory: () => ({
            issuer: issuer.issuer,
            keys,
            revocations,
            resources: { analytics: { identifier: AUDIENCE }, management: { identifier: 'https://api.example/v1' } },
            defaultResource: 'analytics',
            onRefused: (refusal, context) => void refused.push({ refusal, context }),
            onAccepted: (caller) => void accepted.push(caller),
          }),
        }),
      ],
      controllers: [ReportsController, OpenController, TokenController, ManagementController, InheritedController],
    })
    class AppModule {}
    app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
  });

  afterAll(() => app.close());
  beforeEach(() => {
    refused.length = accepted.length = 0;
    failure = undefined;
    isStale = false;
    needed.length = 0;
  });

  const get = (url: string, authorization?: string) =>
    app.inject({ method: 'GET', url, headers: authorization === undefined ? {} : { authorization } });
  const bearer = async (options?: Parameters<TestIssuer['tokenFor']>[0]) =>
    `Bearer ${await issuer.tokenFor({ scopes: ['read:reports', 'read:account'], ...options })}`;

  it('200 with every scope: the handler gets the caller', async () => {
    const authorization = await bearer({ org: 'org_a', claims: { grant: 'con_1', act: { sub: 'app_1' }, jti: 'jti_1' } });
    for (const attempt of ['verified', 'remembered']) {
      const response = await get('/reports', authorization);
      expect(response.statusCode, attempt).toBe(200);
      expect(response.json()).toMatchObject({
        principalType: 'service_principal',
        subject: 'sp_test',
        clientId: 'sp_test',
        orgId: 'org_a',
        scopes: ['read:reports', 'read:account'],
        credentialId: 'sec_test',
        tokenId: 'jti_1',
        grantId: 'con_1',
        actor: { sub: 'app_1' },
        claims: { iss: issuer.issuer },
      });
    }
    expect(accepted).toHaveLength(2);
    expect(Object.isFrozen(accepted[0])).toBe(true);
  });

  it('401 without credentials: a challenge that names scopes and metadata, and no error (RS-2)', async () => {
    const response = await get('/reports');
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe(`Bearer scope="read:reports read:account", resource_metadata="${METADATA}"`);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.json()).toEqual({
      type: 'about:blank',
      title: 'Authentication required',
      status: 401,
      code: 'missing_credentials',
      request_id: expect.any(String),
      detail: expect.any(String),
    });
  });

  it.each(['Basic YTpi', 'DPoP abc'])('401 without error for credentials of another scheme: %s (RS-2)', async (authorization) => {
    expect((await get('/reports', authorization)).headers['www-authenticate']).not.toContain('error');
  });

  it.each(['Bearer', 'Bearer a b', 'Bearer "x"', 'Bearer a, Bearer b'])(
    '400 for the malformed header "%s" (RS-3)',
    async (authorization) => {
      const response = await get('/reports', authorization);
      expect(response.statusCode).toBe(400);
      expect(response.headers['www-authenticate']).toMatch(/^Bearer error="invalid_request", .*resource_metadata=/);
      expect(response.json()).toMatchObject({ code: 'invalid_request' });
    },
  );

  it('400 for a token in the query, even beside a good one (RS-1)', async () => {
    expect((await get(`/reports?access_token=a`)).statusCode).toBe(400);
    const authorization = await bearer();
    await get('/reports', authorization);
    expect((await get('/reports?access%5Ftoken=a', authorization)).statusCode).toBe(400);
  });

  // Seen failing with headers.authorization read alone: node silently keeps the first of the two.
  it('400 for two Authorization headers on a real socket, remembered token or not (RS-3)', async () => {
    const authorization = await bearer();
    expect((await get('/reports', authorization)).statusCode).toBe(200);
    expect(await statusOverSocket(app, '/reports', ['Authorization', authorization, 'authorization', authorization])).toBe(400);
    expect(await statusOverSocket(app, '/reports', ['Authorization', authorization])).toBe(200);
  });

  it.each<[string, Parameters<TestIssuer['tokenFor']>[0], string]>([
    ['an expired token', { lifetimeSeconds: -60 }, 'expired'],
    ['another audience', { audience: 'https://api.example/v1' }, 'audience'],
    ['another issuer', { claims: { iss: 'https://issuer.example.evil' } }, 'issuer'],
    ['another type', { header: { typ: 'JWT' } }, 'type'],
    ['an unknown key', { header: { kid: 'x' } }, 'key_unknown'],
    ['a bound token without its proof', { claims: { cnf: { jkt: 'x' } } }, 'confirmation'],
  ])('401 invalid_token for %s, and the public learns no more than "expired" (RS-4)', async (_, options, reason) => {
    const response = await get('/reports', await bearer(options));
    const description = reason === 'expired' ? 'The access token expired.' : 'The access token is invalid.';
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe(
      `Bearer error="invalid_token", error_description="${description}", resource_metadata="${METADATA}"`,
    );
    expect(response.json()).toMatchObject({ code: 'invalid_token', detail: description });
    expect(refused).toMatchObject([{ refusal: { reason }, context: { route: 'ReportsController.list', audience: AUDIENCE } }]);
  });

  it('401 for garbage that is a token by syntax', async () => {
    expect((await get('/reports', 'Bearer abc')).statusCode).toBe(401);
  });

  // Seen failing with the revocation check on first verification only.
  it('401 at once for a remembered token that was revoked', async () => {
    const authorization = await bearer({ claims: { client_id: 'sp_revoked' } });
    expect((await get('/reports', authorization)).statusCode).toBe(200);
    revocations.apply([{ seq: 1, kind: 'client', value: 'sp_revoked', revokedAt: Date.now() / 1000, expiresAt: Date.now() / 1000 + 3600 }]);
    expect((await get('/reports', authorization)).statusCode).toBe(401);
    expect(refused[0]?.refusal.reason).toBe('revoked');
  });

  it('403 with all scopes in one challenge when one is missing (RS-5)', async () => {
    const authorization = await bearer({ scopes: ['read:reports'] });
    for (const attempt of ['verified', 'remembered']) {
      const response = await get('/reports', authorization);
      expect(response.statusCode, attempt).toBe(403);
      expect(response.headers['www-authenticate']).toMatch(
        /^Bearer error="insufficient_scope", .*scope="read:reports read:account", resource_metadata=/,
      );
    }
    expect(refused[0]?.context.caller?.clientId).toBe('sp_test');
    expect(accepted).toEqual([]);
  });

  it('403 with a scope that only looks like the needed one', async () => {
    expect((await get('/reports', await bearer({ scopes: ['read:reports2', 'READ:REPORTS', 'read:account'] }))).statusCode).toBe(403);
  });

  it('503 with Retry-After, never 401, while the keys cannot be had', async () => {
    failure = new KeysUnavailable('down', 7);
    const response = await get('/reports', await bearer());
    expect(response.statusCode).toBe(503);
    expect(response.headers).toMatchObject({ 'retry-after': '7', 'cache-control': 'no-store' });
    expect(response.headers['www-authenticate']).toBeUndefined();
  });

  // Seen failing with the scopes of the route left out, of a first and of a remembered verification.
  it('503 revocations_stale with Retry-After while revocations are out of date, judged by what the route needs', async () => {
    const authorization = await bearer({ scopes: ['read:reports', 'read:account', 'write:other'] });
    for (const stale of [false, true]) {
      isStale = stale;
      expect((await get('/reports', authorization)).statusCode).toBe(stale ? 503 : 200);
    }
    expect(needed).toEqual([
      ['read:reports', 'read:account'],
      ['read:reports', 'read:account'],
    ]);
    const response = await get('/reports', authorization);
    expect(response.headers).toMatchObject({ 'retry-after': '5', 'cache-control': 'no-store' });
    expect(response.headers['www-authenticate']).toBeUndefined();
    expect(response.json()).toMatchObject({ code: 'revocations_stale' });
  });

  it('500 and closed when the verifier itself breaks', async () => {
    failure = new Error('bug');
    expect((await get('/reports', await bearer())).statusCode).toBe(500);
  });

  it('200 for public and client-authenticated routes, whatever they carry', async () => {
    for (const url of ['/open', '/token']) {
      expect((await get(url)).statusCode).toBe(200);
      expect((await get(url, 'Bearer garbage')).statusCode).toBe(200);
    }
  });

  it('401 for the one guarded route of a public controller', async () => {
    expect((await get('/open/closed')).statusCode).toBe(401);
  });

  // Seen failing with an undeclared route passing as public.
  it('403 for a route that declares nothing, with or without a good token; nobody is challenged', async () => {
    for (const authorization of [undefined, await bearer()]) {
      const response = await get('/reports/forgotten', authorization);
      expect(response.statusCode).toBe(403);
      expect(response.headers['www-authenticate']).toBeUndefined();
      expect(response.json()).toMatchObject({ code: 'access_not_declared' });
    }
  });

  it('names the undeclared routes for a contract test', () => {
    expect(undeclaredRoutes(app)).toEqual(['InheritedController.get', 'InheritedController.preflight', 'ReportsController.forgotten']);
  });

  it('403 for a subclass of a public controller that does not say so itself', async () => {
    expect((await get('/inherited')).statusCode).toBe(403);
  });

  // Seen failing with one audience for all resources.
  it('401 for a token of one resource at another of the same process, and 200 for its own', async () => {
    const authorization = await bearer({ scopes: ['read:orgs', 'read:reports', 'read:account'] });
    expect((await get('/reports', authorization)).statusCode).toBe(200);
    const response = await get('/management', authorization);
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toContain('/.well-known/oauth-protected-resource/v1"');
    expect((await get('/management', await bearer({ audience: 'https://api.example/v1', scopes: ['read:orgs'] }))).statusCode).toBe(200);
  });

  it('500 for @Caller() on a route without a guard', async () => {
    expect((await get('/reports/caller-without-guard')).statusCode).toBe(500);
  });

  it('no challenge for a preflight, and no way past the guard either (RS-17)', async () => {
    const preflight = (url: string) =>
      app.inject({ method: 'OPTIONS', url, headers: { origin: 'https://x.example', 'access-control-request-method': 'GET' } });
    for (const [url, status] of [
      ['/open', 200],
      ['/reports', 404],
      ['/reports/everything', 403],
    ] as const) {
      const response = await preflight(url);
      expect(response.statusCode, url).toBe(status);
      expect(response.headers['www-authenticate']).toBeUndefined();
      expect(response.body).not.toContain('never');
    }
  });

  // Seen failing with passport's strategy object shared by requests: answers went astray, and some requests got none.
  it('200 with their own identity for a hundred callers at once', async () => {
    const clients = Array.from({ length: 100 }, (_, i) => `sp_${i}`);
    const tokens = await Promise.all(clients.map((client_id) => bearer({ org: `org_${client_id}`, claims: { client_id } })));
    const responses = await Promise.all(tokens.map((authorization) => get('/reports', authorization)));
    expect(responses.map((response) => [response.json().clientId, response.json().orgId])).toEqual(
      clients.map((client) => [client, `org_${client}`]),
    );
  });
});

/** Two header lines of one name, which inject cannot send. */
function statusOverSocket(app: NestFastifyApplication, path: string, headers: string[]): Promise<number | undefined> {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', path, headers: ['Host', 'localhost', ...headers] as never }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject).end();
  });
}
