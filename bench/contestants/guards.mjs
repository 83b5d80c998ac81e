// The sample servers with a guard. Each gets the same key set, issuer, audience and scope, and answers the same JSON.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { benchRoot, freePort, projectRoot, startNode } from '../lib/processes.mjs';
import { guardedApi } from '../lib/access-tokens.mjs';

const contestant = (name, file, env = {}, more = {}) => ({
  name,
  start: (keys, { env: changed, ...options }) => startGuarded({ name, file, env: { ...env, ...changed }, keys, ...options }),
  ...more,
});

export const unguarded = contestant('unguarded route', 'unguarded', {}, { open: true });
export const passportJwtWithJwks = contestant('passport-jwt (jwks-rsa)', 'passport-jwt', { BENCH_KEY_SOURCE: 'jwks' });
export const passportJwtWithPem = contestant('passport-jwt (PEM)', 'passport-jwt', { BENCH_KEY_SOURCE: 'pem' });
export const bareJose = contestant('jose in a Nest guard', 'jose');
export const expressOauth2JwtBearer = contestant('express-oauth2-jwt-bearer', 'express-oauth2-jwt-bearer');
export const countersignGuard = contestant(
  'Countersign guard',
  'countersign-guard',
  {},
  {
    unavailable: () => (existsSync(join(projectRoot, 'dist/libs/guards/src/index.js')) ? undefined : 'dist/libs/guards is not built'),
  },
);

async function startGuarded({ name, file, env, keys, node }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/items`;
  const server = await startNode({
    name,
    node,
    file: `${benchRoot}/servers/${file}.mjs`,
    env: {
      NODE_ENV: 'production',
      BENCH_PORT: String(port),
      BENCH_ISSUER: guardedApi.issuer,
      BENCH_AUDIENCE: guardedApi.audience,
      BENCH_SCOPE: guardedApi.scope,
      BENCH_PEM: keys.pem,
      BENCH_JWKS: JSON.stringify(keys.jwks),
      BENCH_JWKS_URI: keys.jwksUri,
      ...env,
    },
    isReady: async () => (await fetch(url)).status < 500,
  });
  return { ...server, url };
}
