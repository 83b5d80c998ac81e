// oidc-provider issuing the same RFC 9068 JWT for client_credentials.
// Settings: BENCH_PORT, BENCH_KEYS (private JWKS), BENCH_CLIENT (JSON), BENCH_SCOPE, BENCH_AUDIENCE_RS256, BENCH_AUDIENCE_ES256;
// with BENCH_DATABASE_URL clients are read from PostgreSQL and every token has its audit row before it leaves.
import './life.mjs';
import Provider from 'oidc-provider';

const env = process.env;
const client = JSON.parse(env.BENCH_CLIENT);
const algorithms = { [env.BENCH_AUDIENCE_RS256]: 'RS256', [env.BENCH_AUDIENCE_ES256]: 'ES256' };
const records = env.BENCH_DATABASE_URL ? await (await import('./oidc-provider-records.mjs')).open(env.BENCH_DATABASE_URL) : undefined;

const provider = new Provider(`http://127.0.0.1:${env.BENCH_PORT}`, {
  ...(records ? { adapter: records.Adapter } : { clients: [client] }),
  jwks: JSON.parse(env.BENCH_KEYS),
  scopes: env.BENCH_SCOPE.split(' '),
  clientAuthMethods: ['client_secret_post', 'client_secret_basic'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, resource) => ({
        audience: resource,
        scope: env.BENCH_SCOPE,
        accessTokenTTL: 3600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: algorithms[resource] } },
      }),
    },
  },
  extraTokenClaims: (_ctx, token) => ({
    org_id: 'org_01jd3k5x7qf8vs2m4n6p8r0t2x',
    principal_type: 'service_principal',
    cred: 'sec_01jd3k5x7qf8vs2m4n6p8r0t2y',
    root: token.jti,
  }),
});

if (records) {
  provider.use(async (ctx, next) => {
    await next();
    const token = ctx.oidc?.entities.ClientCredentials;
    if (ctx.status === 200 && token) await records.recordToken(token, ctx.ip);
  });
}

provider.listen(Number(env.BENCH_PORT), '127.0.0.1');
