// Issuers that act for a person: each hands out codes for an app that the person has allowed before.
import { randomBytes } from 'node:crypto';
import { AUDIT_TABLE, signingKeys } from './oidc-provider.mjs';
import { startCountersign } from './countersign.mjs';
import { Person, PKCE } from '../lib/person.mjs';
import { benchDatabase, query } from '../lib/postgres.mjs';
import { answers, benchRoot, freePort, node22, startNode } from '../lib/processes.mjs';

const UNLIMITED = '100000000';
const SCOPE = 'read:analytics-data read:account';

/** What the bench asks of a contestant: `codes(n)`, good for a minute, and what to send along with them. */
export const delegatedCountersign = {
  name: 'Countersign, durable audit',
  async start({ node }) {
    const server = await startCountersign({
      name: delegatedCountersign.name,
      node,
      env: { RATE_LIMIT_AUTHORIZATION_PER_SOURCE: UNLIMITED },
    });
    return { ...server, ...(await countersignAsIssuer(server)) };
  },
};

/** Somebody of the demo signs in and allows the demo's app everything it asks for. */
export async function countersignAsIssuer({ base, demo, targets }) {
  const [app] = demo.apps;
  const user = demo.orgs[0].users.find(({ role }) => role === 'member');
  const client = { client_id: app.client_id, client_secret: app.client_secret };
  const authorization = { client_id: app.client_id, redirect_uri: app.redirect_uris[0], scope: SCOPE, resource: `${base}/analytics` };
  const person = await Person.signedIn(base, user);
  await person.allow(authorization);
  return {
    url: targets.RS256.url,
    tokenUrl: `${base}/oauth/token`,
    jwksUrl: targets.RS256.jwksUrl,
    issuer: base,
    audience: `${base}/analytics`,
    client,
    redirectUri: authorization.redirect_uri,
    codes: (count) => person.codes(authorization, count),
  };
}

export const delegatedOidcProvider = {
  name: 'oidc-provider, PostgreSQL adapter',
  start: () => startOidcProvider(delegatedOidcProvider.name, false),
};

export const delegatedOidcProviderWithAudit = {
  name: 'oidc-provider, PostgreSQL adapter, audit',
  start: () => startOidcProvider(delegatedOidcProviderWithAudit.name, true),
};

async function startOidcProvider(name, withAudit) {
  const { url: databaseUrl } = await benchDatabase();
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const audience = 'http://api.bench.test/delegated';
  const redirectUri = 'https://partner.bench.test/callback';
  const client = { client_id: `app_${randomBytes(8).toString('hex')}`, client_secret: `csn_secret_${randomBytes(32).toString('hex')}` };
  await prepareDatabase(databaseUrl, {
    ...client,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'client_secret_post',
    scope: SCOPE,
  });
  const server = await startNode({
    name,
    node: node22(),
    file: `${benchRoot}/servers/oidc-provider-delegated.mjs`,
    env: {
      NODE_ENV: 'production',
      BENCH_PORT: String(port),
      BENCH_KEYS: JSON.stringify(signingKeys()),
      BENCH_CLIENT_ID: client.client_id,
      BENCH_REDIRECT_URI: redirectUri,
      BENCH_SCOPE: SCOPE,
      BENCH_AUDIENCE: audience,
      BENCH_CHALLENGE: PKCE.challenge,
      BENCH_DATABASE_URL: databaseUrl,
      ...(withAudit && { BENCH_AUDIT: 'true' }),
    },
    isReady: answers(`${base}/jwks`),
  });
  return {
    ...server,
    url: base,
    tokenUrl: `${base}/token`,
    jwksUrl: `${base}/jwks`,
    issuer: base,
    audience,
    client,
    redirectUri,
    codes: async (count) => (await fetch(`${base}/bench/codes?count=${count}`)).json(),
    auditRows: withAudit ? async () => Number((await query(databaseUrl, 'select count(*) as n from audit_events'))[0].n) : undefined,
  };
}

async function prepareDatabase(url, client) {
  await query(url, AUDIT_TABLE);
  await preparePayloads(url, [client]);
}

/** The table of the adapter, with these clients in it. */
export async function preparePayloads(url, clients) {
  await query(
    url,
    `create table if not exists oidc_payloads (
       type text not null, id text not null, payload jsonb not null, grant_id text, uid text, expires_at timestamptz, consumed_at timestamptz,
       primary key (type, id));
     create index if not exists oidc_payloads_grant on oidc_payloads (grant_id);
     create index if not exists oidc_payloads_expiry on oidc_payloads (expires_at);`,
  );
  for (const client of clients)
    await query(url, `insert into oidc_payloads (type, id, payload) values ('Client', $1, $2)`, [client.client_id, client]);
}
