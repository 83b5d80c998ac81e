import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalJwks, type AccessDecision } from '@countersign/resource-server';
import { testIssuer, type TestIssuer } from '@countersign/testing';
import { CountersignGuardModule, Public, RequireScopes } from './index.js';

const AUDIENCE = 'https://api.example/analytics';

@Controller('reports')
class ReportsController {
  @Get()
  @RequireScopes('read:reports')
  list() {
    return 'reports';
  }

  @Get('open')
  @Public()
  open() {
    return 'open';
  }

  @Get('forgotten')
  forgotten() {
    return 'never';
  }
}

describe('onDecision', () => {
  let app: NestFastifyApplication;
  let issuer: TestIssuer;
  let accepted = 0;
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
          onAccepted: () => void accepted++,
          onDecision: (decision) => void decisions.push(decision),
        }),
      ],
      controllers: [ReportsController],
    })
    class AppModule {}
    app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
    await app.init();
  });
  afterAll(() => app.close());
  beforeEach(() => {
    decisions.length = accepted = 0;
  });

  const get = async (url: string, token?: string): Promise<number> =>
    (await app.inject({ method: 'GET', url, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })).statusCode;

  it('hears once of every request that was let in, whether the token was verified or remembered', async () => {
    const token = await issuer.tokenFor({ scopes: ['read:reports'] });
    expect([await get('/reports', token), await get('/reports', token)]).toEqual([200, 200]);
    expect(decisions).toHaveLength(2);
    expect(decisions[1]).toMatchObject({
      audience: AUDIENCE,
      operation: 'ReportsController.list',
      scopes: ['read:reports'],
      result: 'accepted',
      claims: { client_id: 'sp_test', cred: 'sec_test' },
    });
    expect(accepted).toBe(2);
    // One object per token: what counts decisions finds its line by it.
    expect(decisions[1]?.claims).toBe(decisions[0]?.claims);
  });

  it('hears once of every refusal: who it was where somebody was proven, and of nobody else', async () => {
    expect(await get('/reports', await issuer.tokenFor({ scopes: ['other'] }))).toBe(403);
    expect(await get('/reports')).toBe(401);
    expect(await get('/reports', await issuer.tokenFor({ scopes: ['read:reports'], lifetimeSeconds: -60 }))).toBe(401);
    const seen = decisions.map(({ operation, result, claims }) => [operation, result, claims?.client_id]);
    expect(seen).toEqual([
      ['ReportsController.list', 'insufficient_scope', 'sp_test'],
      ['ReportsController.list', 'missing_credentials', undefined],
      ['ReportsController.list', 'invalid_token', undefined],
    ]);
    expect(accepted).toBe(0);
  });

  it('hears of a closed route, which belongs to no API, and not of a public one', async () => {
    expect([await get('/reports/forgotten'), await get('/reports/open')]).toEqual([403, 200]);
    expect(decisions).toEqual([{ audience: '', operation: 'ReportsController.forgotten', scopes: [], result: 'access_not_declared' }]);
  });
});
