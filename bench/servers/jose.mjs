// Bare jose: jwtVerify with a local JWKS in a Nest guard, nothing remembered between requests.
import { UnauthorizedException, UseGuards } from '@nestjs/common';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { requireScope } from './scope-guard.mjs';
import { serveNestApp } from './nest-app.mjs';

const env = process.env;
const keys = createLocalJWKSet(JSON.parse(env.BENCH_JWKS));
const expected = { issuer: env.BENCH_ISSUER, audience: env.BENCH_AUDIENCE, algorithms: ['RS256'], typ: 'at+jwt' };

const joseGuard = {
  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (scheme !== 'Bearer' || !token) throw new UnauthorizedException();
    try {
      request.user = (await jwtVerify(token, keys, expected)).payload;
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  },
};

await serveNestApp({ protect: [UseGuards(joseGuard, requireScope(env.BENCH_SCOPE))] });
