// oidc-provider asked about opaque tokens, JSON and signed, everything in PostgreSQL.
// Settings: BENCH_PORT, BENCH_KEYS (private JWKS), BENCH_CLIENT_ID (whose tokens), BENCH_SCOPE, BENCH_AUDIENCE, BENCH_DATABASE_URL.
import './life.mjs';
import Provider from 'oidc-provider';
import { adapterFor } from './oidc-provider-adapter.mjs';

const env = process.env;

const provider = new Provider(`http://127.0.0.1:${env.BENCH_PORT}`, {
  adapter: adapterFor(env.BENCH_DATABASE_URL),
  jwks: JSON.parse(env.BENCH_KEYS),
  scopes: env.BENCH_SCOPE.split(' '),
  clientAuthMethods: ['client_secret_post', 'client_secret_basic'],
  ttl: { ClientCredentials: 3600 },
  extraTokenClaims: () => ({ org_id: 'org_01jd3k5x7qf8vs2m4n6p8r0t2x', principal_type: 'service_principal' }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    // Anybody who authenticates may ask: less work than to find out whose business a token is.
    introspection: { enabled: true, allowedPolicy: () => true },
    jwtIntrospection: { enabled: true },
    revocation: { enabled: true },
  },
});

provider.use(async (ctx, next) => {
  if (ctx.path !== '/bench/tokens') return next();
  const client = await provider.Client.find(env.BENCH_CLIENT_ID);
  const tokens = [];
  for (let i = 0; i < Number(ctx.query.count); i += 1) {
    const token = new provider.ClientCredentials({ client, scope: env.BENCH_SCOPE });
    token.setAudience(env.BENCH_AUDIENCE);
    tokens.push(await token.save());
  }
  ctx.body = tokens;
});

provider.listen(Number(env.BENCH_PORT), '127.0.0.1');
