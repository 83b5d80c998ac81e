import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { benchDatabase, query } from '../lib/postgres.mjs';
import { answers, benchRoot, freePort, node22, startNode } from '../lib/processes.mjs';
import { formPost } from '../load/requests.mjs';

const SCOPE = 'read:analytics-data write:customer-events read:account';
const AUDIENCES = { RS256: 'http://api.bench.test/rs256', ES256: 'http://api.bench.test/es256' };

export const AUDIT_TABLE = `create table if not exists audit_events (
  id bigint generated always as identity primary key, occurred_at timestamptz not null default now(), action text not null,
  result text not null, org_id text, actor text, jti text, audience text, scope text, source_ip text, expires_at timestamptz)`;

export const oidcProviderInMemory = {
  name: 'oidc-provider, in memory, no audit',
  start: () => startOidcProvider(oidcProviderInMemory.name),
};

export const oidcProviderEqualWork = {
  name: 'oidc-provider, equal work',
  async start() {
    const { url } = await benchDatabase();
    const server = await startOidcProvider(oidcProviderEqualWork.name, url);
    return { ...server, auditRows: async () => Number((await query(url, 'select count(*) as n from audit_events'))[0].n) };
  },
};

async function startOidcProvider(name, databaseUrl) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const client = {
    client_id: 'sp_01jd3k5x7qf8vs2m4n6p8r0t2w',
    client_secret: `csn_secret_${randomBytes(32).toString('hex')}`,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    token_endpoint_auth_method: 'client_secret_post',
    scope: SCOPE,
  };
  if (databaseUrl) await storeClient(databaseUrl, client);
  const server = await startNode({
    name,
    node: node22(),
    file: `${benchRoot}/servers/oidc-provider.mjs`,
    env: {
      NODE_ENV: 'production',
      BENCH_PORT: String(port),
      BENCH_KEYS: JSON.stringify(signingKeys()),
      BENCH_CLIENT: JSON.stringify(client),
      BENCH_SCOPE: SCOPE,
      BENCH_AUDIENCE_RS256: AUDIENCES.RS256,
      BENCH_AUDIENCE_ES256: AUDIENCES.ES256,
      ...(databaseUrl ? { BENCH_DATABASE_URL: databaseUrl } : {}),
    },
    isReady: answers(`${base}/jwks`),
  });
  const target = (alg) => ({
    url: base,
    tokenUrl: `${base}/token`,
    jwksUrl: `${base}/jwks`,
    alg,
    issuer: base,
    audience: AUDIENCES[alg],
    clientId: client.client_id,
    scope: SCOPE,
    requests: [
      formPost(`${base}/token`, {
        grant_type: 'client_credentials',
        client_id: client.client_id,
        client_secret: client.client_secret,
        resource: AUDIENCES[alg],
        scope: SCOPE,
      }),
    ],
  });
  return { ...server, targets: { RS256: target('RS256'), ES256: target('ES256') } };
}

export function signingKeys() {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  return {
    keys: [
      { ...rsa, alg: 'RS256', use: 'sig', kid: 'bench-rsa' },
      { ...ec, alg: 'ES256', use: 'sig', kid: 'bench-ec' },
    ],
  };
}

async function storeClient(databaseUrl, client) {
  await query(databaseUrl, 'create table if not exists clients (id text primary key, metadata jsonb not null)');
  await query(databaseUrl, AUDIT_TABLE);
  await query(
    databaseUrl,
    'insert into clients (id, metadata) values ($1, $2) on conflict (id) do update set metadata = excluded.metadata',
    [client.client_id, client],
  );
}
