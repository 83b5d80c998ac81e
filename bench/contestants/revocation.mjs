// The issuer with a thousand principals that can be revoked, and three guards that follow its feed.
import { startCountersign } from './countersign.mjs';
import { benchRoot, freePort, startNode } from '../lib/processes.mjs';

const AUDIENCE = 'http://api.bench.test/revocation';
const SCOPE = 'read:bench';
/** What a token can be revoked by; grants and secrets by what an administrator does to them. */
export const KINDS = ['token', 'client', 'grant', 'credential'];
const SETUP_AT_ONCE = 8;

/** @returns {Promise<{stop: () => Promise<void>, guardEnvironment: object, subjects: Subject[]}>} each subject holds a token and can revoke it */
export async function startIssuer({ count, node }) {
  const server = await startCountersign({ name: 'Countersign, revocation', node });
  const admin = await administrator(server);
  const api = await admin.post('/v1/apis', {
    identifier: AUDIENCE,
    name: 'Benchmark API (revocation)',
    zone: 'external',
    scopes: [SCOPE, 'write:bench'].map((name) => ({ name, description: name, risk: 'high', assignable_by: 'operator', delegable: false })),
  });
  const credential = await admin.post(`/v1/apis/${api.id}/credentials`, {});
  const org = await admin.post('/v1/orgs', { name: 'Benchmark (revocation)' });
  const subjects = await inTurns(shuffled(count), (kind) => subject(server, admin, org, kind));
  const guardEnvironment = {
    BENCH_ISSUER: server.base,
    BENCH_AUDIENCE: AUDIENCE,
    BENCH_SCOPE: SCOPE,
    BENCH_API_ID: credential.client_id,
    BENCH_API_SECRET: credential.client_secret,
  };
  return { ...server, guardEnvironment, subjects };
}

export async function startGuard(number, env, node) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startNode({
    name: `guard ${number}`,
    node,
    file: `${benchRoot}/servers/revocation-guard.mjs`,
    env: { NODE_ENV: 'production', BENCH_PORT: String(port), ...env },
    isReady: async () => (await fetch(`${url}/feed`)).ok,
  });
  return { ...server, url, port, stats: async () => (await fetch(`${url}/feed`)).json() };
}

async function subject({ base }, admin, org, kind) {
  const scopes = kind === 'grant' ? [SCOPE, 'write:bench'] : [SCOPE];
  const path = `/v1/orgs/${org.id}/service-principals`;
  const principal = await admin.post(path, { name: 'Benchmark', auth_method: 'client_secret', grants: [{ audience: AUDIENCE, scopes }] });
  const { client_id, client_secret, secrets } = principal;
  const token = (await form(`${base}/oauth/token`, { grant_type: 'client_credentials', client_id, client_secret, audience: AUDIENCE }))
    .access_token;
  const revoke = {
    token: () => form(`${base}/oauth/revoke`, { token, client_id, client_secret }),
    client: () => admin.send('POST', `${path}/${client_id}/disable`),
    grant: () => admin.send('PATCH', `${path}/${client_id}`, { grants: [{ audience: AUDIENCE, scopes: [SCOPE] }] }),
    credential: () => admin.send('DELETE', `${path}/${client_id}/secrets/${secrets[0].id}`),
  }[kind];
  return { kind, token, revoke };
}

async function administrator({ base, demo: { operator } }) {
  const { client_id, client_secret, audience } = operator;
  const { access_token } = await form(`${base}/oauth/token`, { grant_type: 'client_credentials', client_id, client_secret, audience });
  const send = async (method, path, body) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${access_token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text && JSON.parse(text);
  };
  return { send, post: (path, body) => send('POST', path, body) };
}

async function form(url, fields) {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text && JSON.parse(text);
}

/** As many of each kind, in an order of chance. */
function shuffled(count) {
  const kinds = Array.from({ length: count }, (_, i) => KINDS[i % KINDS.length]);
  for (let i = kinds.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [kinds[i], kinds[j]] = [kinds[j], kinds[i]];
  }
  return kinds;
}

async function inTurns(items, work) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at]);
    }
  };
  await Promise.all(Array.from({ length: SETUP_AT_ONCE }, worker));
  return results;
}
