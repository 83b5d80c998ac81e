import 'reflect-metadata';
import { Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalJwks, type AccessDecision } from '@countersign/resource-server';
import { testIssuer, type TestIssuer } from '@countersign/testing';
import { CountersignGuardModule, RequireScopesOf, type GuardedRequest, type RouteOperation } from './index.js';

const AUDIENCE = 'https://api.example/mcp';
const LIST: RouteOperation = { name: 'list', scopes: [], suggestedScopes: ['read:reports'] };
const READ: RouteOperation = { name: 'read', scopes: ['read:reports'] };
const WRITE: RouteOperation = { name: 'write', scopes: ['write:reports', 'read:account'] };

const operationOf = ({ body }: GuardedRequest): RouteOperation => {
  const { call } = body as { call?: string };
  if (call === 'throw') throw new TypeError('A message that nobody thought of.');
  return [READ, WRITE].find(({ name }) => name === call) ?? LIST;
};

@Controller('mcp')
class CallsController {
  @Post()
  @RequireScopesOf(operationOf, [LIST, READ, WRITE])
  call() {
    return 'done';
  }
}

describe('@RequireScopesOf', () => {
  let app: NestFastifyApplication;
  let issuer: TestIssuer;
  const decisions: AccessDecision[] = [];

  beforeAll(async () => {
    issuer = await testIssuer({ audience: AUDIENCE });
    const keys = await LocalJwks.from(issuer.jwks);
    @Module({
      imports: [
        CountersignGuardModule.forRoot({
          issuer: issuer.issuer,
          keys,
          audience: AUDIENCE,
          onDecision: (decision) => void decisions.push(decision),
        }),
      ],
      controllers: [CallsController],
    })
    class AppModule {}
    app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
    await app.init();
  });
  afterAll(() => app.close());
  beforeEach(() => void (decisions.length = 0));

  async function send(call: string, scopes?: string[]): Promise<[number, string]> {
    const authorization = scopes && `Bearer ${await issuer.tokenFor({ scopes })}`;
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await app.inject({ method: 'POST', url: '/mcp', payload: { call }, headers });
    return [answer.statusCode, String(answer.headers['www-authenticate'] ?? '')];
  }

  it('201 for whoever holds the scopes of the operation that is called, and no others', async () => {
    expect((await send('read', ['read:reports']))[0]).toBe(201);
    expect((await send('write', ['read:account', 'write:reports']))[0]).toBe(201);
    expect((await send('list', ['unrelated']))[0]).toBe(201);
  });

  // Seen failing with the route of the first call kept for all.
  it('403 names the scopes of that operation alone, also for a token that has just been let in', async () => {
    const held = ['read:reports'];
    expect((await send('read', held))[0]).toBe(201);
    const [status, challenge] = await send('write', held);
    expect([status, challenge]).toEqual([403, expect.stringContaining('scope="write:reports read:account"')]);
    expect((await send('read', held))[0]).toBe(201);
  });

  it('401 suggests what to ask for, even where nothing but a token is needed', async () => {
    expect(await send('list')).toEqual([401, expect.stringContaining('scope="read:reports"')]);
    expect(await send('write')).toEqual([401, expect.stringContaining('scope="write:reports read:account"')]);
  });

  it('400 for what operationOf throws at, with and without a token, and the next request is judged as ever', async () => {
    expect((await send('throw'))[0]).toBe(400);
    expect((await send('throw', ['read:reports']))[0]).toBe(400);
    expect(decisions).toEqual([]);
    expect((await send('read', ['read:reports']))[0]).toBe(201);
  });

  it('decisions name the operation', async () => {
    await send('read', ['read:reports']);
    await send('write', ['read:reports']);
    expect(decisions.map(({ operation, scopes, result }) => [operation, scopes, result])).toEqual([
      ['read', READ.scopes, 'accepted'],
      ['write', WRITE.scopes, 'insufficient_scope'],
    ]);
  });

  it('throws where no operation needs any scope: such a route is public, and says so', () => {
    expect(() => RequireScopesOf(() => LIST, [LIST])).toThrow(TypeError);
  });
});
