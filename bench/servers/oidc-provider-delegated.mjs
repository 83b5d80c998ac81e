// oidc-provider redeeming codes and refresh tokens of an app that acts for a person, RS256 access tokens, everything in PostgreSQL.
// Settings: BENCH_PORT, BENCH_KEYS (private JWKS), BENCH_CLIENT_ID, BENCH_REDIRECT_URI, BENCH_SCOPE, BENCH_AUDIENCE, BENCH_CHALLENGE,
// BENCH_DATABASE_URL; with BENCH_AUDIT every token has its audit row before it leaves.
import './life.mjs';
import Provider from 'oidc-provider';
import { adapterFor } from './oidc-provider-adapter.mjs';
import { open } from './oidc-provider-records.mjs';

const env = process.env;
const ACCOUNT = 'usr_01jd3k5x7qf8vs2m4n6p8r0t2z';
const DAY_SECONDS = 24 * 60 * 60;

const provider = new Provider(`http://127.0.0.1:${env.BENCH_PORT}`, {
  adapter: adapterFor(env.BENCH_DATABASE_URL),
  jwks: JSON.parse(env.BENCH_KEYS),
  scopes: env.BENCH_SCOPE.split(' '),
  clientAuthMethods: ['client_secret_post', 'client_secret_basic'],
  findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  ttl: { AuthorizationCode: 600, AccessToken: 3600, RefreshToken: 30 * DAY_SECONDS, Grant: 180 * DAY_SECONDS },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => ({
        audience: resource,
        scope: env.BENCH_SCOPE,
        accessTokenTTL: 3600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  extraTokenClaims: (_ctx, token) => ({
    org_id: 'org_01jd3k5x7qf8vs2m4n6p8r0t2x',
    principal_type: 'app',
    cred: 'sec_01jd3k5x7qf8vs2m4n6p8r0t2y',
    grant: token.grantId,
    root: token.jti,
  }),
});

const records = env.BENCH_AUDIT ? await open(env.BENCH_DATABASE_URL) : undefined;

provider.use(async (ctx, next) => {
  if (ctx.path === '/bench/codes') {
    ctx.body = await codes(Number(ctx.query.count));
    return;
  }
  await next();
  const token = ctx.oidc?.entities.AccessToken;
  if (records && ctx.status === 200 && token) await records.recordToken(token, ctx.ip);
});

/** What the authorization endpoint would have left in the database for a person who has allowed this app before. */
async function codes(count) {
  const client = await provider.Client.find(env.BENCH_CLIENT_ID);
  const grant = new provider.Grant({ accountId: ACCOUNT, clientId: client.clientId });
  grant.addResourceScope(env.BENCH_AUDIENCE, env.BENCH_SCOPE);
  const grantId = await grant.save();
  const made = [];
  for (let i = 0; i < count; i += 1) {
    const code = new provider.AuthorizationCode({
      client,
      accountId: ACCOUNT,
      grantId,
      redirectUri: env.BENCH_REDIRECT_URI,
      scope: env.BENCH_SCOPE,
      resource: env.BENCH_AUDIENCE,
      codeChallenge: env.BENCH_CHALLENGE,
      codeChallengeMethod: 'S256',
      authTime: Math.floor(Date.now() / 1000),
      claims: {},
    });
    made.push(await code.save());
  }
  return made;
}

provider.listen(Number(env.BENCH_PORT), '127.0.0.1');
