// A passport-jwt guard as Nest's documentation and the usual tutorials wire it, for an issuer with a JWKS.
// BENCH_KEY_SOURCE=jwks: jwks-rsa's passportJwtSecret; =pem: the public key in the configuration.
import { Injectable, UseGuards } from '@nestjs/common';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import jwksRsa from 'jwks-rsa';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { requireScope } from './scope-guard.mjs';
import { serveNestApp } from './nest-app.mjs';

const env = process.env;
const key =
  env.BENCH_KEY_SOURCE === 'jwks'
    ? {
        secretOrKeyProvider: jwksRsa.passportJwtSecret({
          cache: true,
          rateLimit: true,
          jwksRequestsPerMinute: 5,
          jwksUri: env.BENCH_JWKS_URI,
        }),
      }
    : { secretOrKey: env.BENCH_PEM };

class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      issuer: env.BENCH_ISSUER,
      audience: env.BENCH_AUDIENCE,
      algorithms: ['RS256'],
      ...key,
    });
  }

  validate(payload) {
    return payload;
  }
}
Injectable()(JwtStrategy);

await serveNestApp({
  imports: [PassportModule],
  providers: [JwtStrategy],
  protect: [UseGuards(AuthGuard('jwt'), requireScope(env.BENCH_SCOPE))],
});
