// Issuers that are asked about tokens by an API: each has issued some, and the API has a credential of its own.
import { randomBytes } from 'node:crypto';
import { signingKeys } from './oidc-provider.mjs';
import { create, requestToken, startCountersign } from './countersign.mjs';
import { preparePayloads } from './delegated.mjs';
import { benchDatabase } from '../lib/postgres.mjs';
import { answers, benchRoot, freePort, node22, startNode } from '../lib/processes.mjs';

const SCOPE = 'read:analytics-data read:account';
const UNLIMITED = '100000000';

/** What the bench asks of a contestant: `tokens(n)`, the form beside a token, and what revokes one. */
export const introspectingCountersign = {
  name: 'Countersign',
  async start({ node }) {
    const server = await startCountersign({ name: 'Countersign', node, env: { RATE_LIMIT_INTROSPECTION_PER_CALLER: UNLIMITED } });
    const { base, demo, targets } = server;
    const { audience, clientId, requests } = targets.RS256;
    const secret = new URLSearchParams(requests[0].toString().split('\r\n\r\n')[1]).get('client_secret');
    const owner = { client_id: clientId, client_secret: secret, audience };
    const operator = await requestToken(base, demo.operator);
    const response = await fetch(`${base}/v1/apis?limit=100`, { headers: { authorization: `Bearer ${operator}` } });
    const api = (await response.json()).data.find(({ identifier }) => identifier === audience);
    const { client_id, client_secret } = await create(base, operator, `/v1/apis/${api.id}/credentials`, {});
    return {
      ...server,
      url: targets.RS256.url,
      introspectUrl: `${base}/oauth/introspect`,
      revokeUrl: `${base}/oauth/revoke`,
      jwksUrl: targets.RS256.jwksUrl,
      issuer: base,
      audience,
      caller: { client_id, client_secret },
      owner: { client_id: clientId, client_secret: secret },
      tokens: (count) => severally(count, () => requestToken(base, owner)),
    };
  },
};

/** It refuses to be asked about JWTs, so its tokens are opaque. The request is the same: without a hint, as client libraries send it. */
export const introspectingOidcProvider = {
  name: 'oidc-provider, PostgreSQL adapter',
  async start() {
    const { url: databaseUrl } = await benchDatabase();
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const audience = 'http://api.bench.test/introspection';
    const [caller, owner] = [aClient('api'), aClient('sp')];
    await preparePayloads(databaseUrl, [
      { ...metadataOf(caller), introspection_signed_response_alg: 'RS256' },
      { ...metadataOf(owner), grant_types: ['client_credentials'], scope: SCOPE },
    ]);
    const server = await startNode({
      name: introspectingOidcProvider.name,
      node: node22(),
      file: `${benchRoot}/servers/oidc-provider-introspection.mjs`,
      env: {
        NODE_ENV: 'production',
        BENCH_PORT: String(port),
        BENCH_KEYS: JSON.stringify(signingKeys()),
        BENCH_CLIENT_ID: owner.client_id,
        BENCH_SCOPE: SCOPE,
        BENCH_AUDIENCE: audience,
        BENCH_DATABASE_URL: databaseUrl,
      },
      isReady: answers(`${base}/jwks`),
    });
    return {
      ...server,
      url: base,
      introspectUrl: `${base}/token/introspection`,
      revokeUrl: `${base}/token/revocation`,
      jwksUrl: `${base}/jwks`,
      issuer: base,
      audience,
      caller,
      owner,
      tokens: async (count) => (await fetch(`${base}/bench/tokens?count=${count}`)).json(),
    };
  },
};

function aClient(prefix) {
  return { client_id: `${prefix}_${randomBytes(8).toString('hex')}`, client_secret: `csn_secret_${randomBytes(32).toString('hex')}` };
}

function metadataOf(client) {
  return { ...client, grant_types: [], response_types: [], redirect_uris: [], token_endpoint_auth_method: 'client_secret_post' };
}

async function severally(count, make) {
  const made = [];
  while (made.length < count) made.push(...(await Promise.all(Array.from({ length: Math.min(16, count - made.length) }, make))));
  return made;
}
