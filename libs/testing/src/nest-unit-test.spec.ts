import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, CountersignGuardModule, RequireScopes } from '@countersign/guards';
import { LocalJwks } from '@countersign/resource-server';
import { testIssuer, type TestIssuer } from './tokens.js';

@Controller('notes')
class NotesController {
  @Get()
  @RequireScopes('read:notes')
  list(@Caller() caller: Caller): { org: string | undefined } {
    return { org: caller.orgId };
  }
}

/** How a customer tests a Nest application: the real guard and real tokens, no network, nothing mocked. */
describe('a Nest controller behind the guard', () => {
  const audience = 'https://notes.example.com';
  let issuer: TestIssuer;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    issuer = await testIssuer({ audience });
    const keys = await LocalJwks.from(issuer.jwks);

    @Module({ imports: [CountersignGuardModule.forRoot({ issuer: issuer.issuer, audience, keys })], controllers: [NotesController] })
    class NotesModule {}

    app = await NestFactory.create<NestFastifyApplication>(NotesModule, new FastifyAdapter(), { logger: false });
    await app.init();
  });
  afterAll(() => app.close());

  const get = async (token?: string) =>
    app.inject({ method: 'GET', url: '/notes', headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

  it('200 with the scope, for the organization of the token', async () => {
    const { statusCode, body } = await get(await issuer.tokenFor({ org: 'org_a', scopes: ['read:notes'] }));
    expect([statusCode, body]).toEqual([200, '{"org":"org_a"}']);
  });

  it('403 without the scope, 401 for another API, an expired token and none', async () => {
    expect((await get(await issuer.tokenFor({ scopes: ['read:everything'] }))).statusCode).toBe(403);
    for (const token of [
      await issuer.tokenFor({ audience: 'https://other.example.com' }),
      await issuer.tokenFor({ lifetimeSeconds: -60 }),
      undefined,
    ])
      expect((await get(token)).statusCode).toBe(401);
  });
});
