import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DpopNonces, LocalJwks, type SenderConstraintRule } from '@countersign/resource-server';
import { testIssuer, type TestIssuer } from '@countersign/testing';
import { aProofKey, type ProofKey } from '../../../test/support/dpop.js';
import { CountersignGuardModule, RequireScopes, RequireSignIn } from './index.js';

const AUDIENCE = 'https://api.example/analytics';

@Controller('reports')
class ReportsController {
  @Get()
  @RequireScopes('read:reports')
  list() {
    return 'reports';
  }

  @Get('secret')
  @RequireScopes('read:reports')
  @RequireSignIn({ maxAgeSeconds: 300, acrValues: ['strong'] })
  secret() {
    return 'secret';
  }
}

describe('AccessTokenGuard with bound tokens', () => {
  let app: NestFastifyApplication;
  let issuer: TestIssuer;
  let key: ProofKey;
  let token: string;
  let senderConstraint: SenderConstraintRule = 'none';
  const asked: object[] = [];
  const nonces = new DpopNonces({ key: Buffer.alloc(32, 1), context: AUDIENCE });

  beforeAll(async () => {
    issuer = await testIssuer({ audience: AUDIENCE });
    key = await aProofKey();
    token = await issuer.tokenFor({ scopes: ['read:reports'], claims: { cnf: { jkt: key.jkt } } });
    const keys = await LocalJwks.from(issuer.jwks);
    const options = {
      issuer: issuer.issuer,
      keys,
      audience: AUDIENCE,
      dpop: { externalUrl: 'https://api.example/analytics', nonces },
      senderConstraint: () => senderConstraint,
      onRefused: () => undefined,
      certificateOf: (request: object) => void asked.push(request),
    };
    @Module({ imports: [CountersignGuardModule.forRoot(options)], controllers: [ReportsController] })
    class AppModule {}
    app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  const get = (url: string, headers: Record<string, string>) => app.inject({ method: 'GET', url, headers });
  const proofFor = (nonce?: string) => key.proof({ method: 'GET', url: `${AUDIENCE}/reports`, token, nonce });

  it('RFC 9449 §9 401 use_dpop_nonce with a nonce, then 200 with it, and 401 invalid_dpop_proof for the same proof again', async () => {
    const first = await get('/reports', { authorization: `DPoP ${token}`, dpop: await proofFor() });
    expect([first.statusCode, first.json<{ code: string }>().code]).toEqual([401, 'use_dpop_nonce']);
    const dpop = await proofFor(String(first.headers['dpop-nonce']));
    const second = await get('/reports', { authorization: `DPoP ${token}`, dpop });
    expect([second.statusCode, second.headers['dpop-nonce']]).toEqual([200, nonces.current()]);
    const third = await get('/reports', { authorization: `DPoP ${token}`, dpop });
    expect([third.statusCode, third.json<{ code: string }>().code]).toEqual([401, 'invalid_dpop_proof']);
  });

  it('DPOP-8 401 for a bound token as Bearer, also once it is remembered, with a challenge for each scheme', async () => {
    for (const attempt of ['new', 'remembered']) {
      const answer = await get('/reports', { authorization: `Bearer ${token}` });
      expect(answer.statusCode, attempt).toBe(401);
      expect(answer.headers['www-authenticate']).toEqual([
        expect.stringMatching(/^Bearer error="invalid_token"/),
        expect.stringMatching(/^DPoP algs=/),
      ]);
    }
  });

  // Seen to fail when judgeRemembered does not ask for the binding.
  it('sender_constraint holds for remembered tokens: 401 from the moment on that the API asks for bound ones', async () => {
    const unbound = `Bearer ${await issuer.tokenFor({ scopes: ['read:reports'] })}`;
    expect((await get('/reports', { authorization: unbound })).statusCode).toBe(200);
    senderConstraint = 'dpop';
    try {
      expect((await get('/reports', { authorization: unbound })).statusCode).toBe(401);
      expect((await get('/reports', {})).headers['www-authenticate']).toMatch(/^DPoP /);
    } finally {
      senderConstraint = 'none';
    }
    expect((await get('/reports', { authorization: unbound })).statusCode).toBe(200);
  });

  // Seen to fail when the facts are handed on in place of the request: a certificate that was found before is not found again.
  it('RFC 8705 §3 the source of certificates is asked about the very request, of a new token and of a remembered one', async () => {
    const unbound = `Bearer ${await issuer.tokenFor({ scopes: ['read:reports'] })}`;
    asked.length = 0;
    for (let time = 0; time < 2; time++) await get('/reports', { authorization: unbound });
    expect(asked.length).toBeGreaterThanOrEqual(2);
    for (const request of asked) expect(request).toHaveProperty('rawHeaders');
    expect(asked.every((request) => request.constructor !== Object)).toBe(true);
  });

  it('RFC 9470 §3 @RequireSignIn: 200 after a recent sign-in, 401 insufficient_user_authentication after an old one, 403 person_required for programs', async () => {
    const person = { sub: 'usr_1', client_id: 'app_1', principal_type: 'app', acr: 'strong' };
    const tokenWith = (claims: object): Promise<string> => issuer.tokenFor({ scopes: ['read:reports'], claims: { ...claims } });
    const outcome = async (given: string): Promise<unknown> => {
      const answer = await get('/reports/secret', { authorization: `Bearer ${given}` });
      return [answer.statusCode, answer.statusCode === 200 ? undefined : answer.json<{ code: string }>().code];
    };
    const recent = await tokenWith({ ...person, auth_time: Math.floor(Date.now() / 1000) - 10 });
    // Twice: remembered it is judged anew.
    for (let time = 0; time < 2; time++) expect(await outcome(recent)).toEqual([200, undefined]);
    expect(await outcome(await tokenWith({ ...person, auth_time: 1 }))).toEqual([401, 'insufficient_user_authentication']);
    expect(await outcome(await tokenWith({}))).toEqual([403, 'person_required']);
  });
});
