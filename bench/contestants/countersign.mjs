// The product itself: the built program with its own database in a folder of this run, demo data, durable audit.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, atTheEnd, freePort, projectRoot, runFolder, startNode } from '../lib/processes.mjs';
import { formPost } from '../load/requests.mjs';

const PER_MINUTE = '100000000';

export const countersign = {
  name: 'Countersign, durable audit',
  start: (options) => startCountersign({ name: countersign.name, ...options }),
};

export const countersignWithoutAudit = {
  name: 'Countersign, no audit',
  start: (options) =>
    startCountersign({ name: countersignWithoutAudit.name, env: { DANGEROUSLY_DISABLE_TOKEN_AUDIT: 'true' }, ...options }),
};

export async function startCountersign({ name, env = {}, node }) {
  const [port, opsPort, mtlsPort, internalPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const base = `http://localhost:${port}`;
  const dataDir = join(runFolder(), `countersign-${port}`);
  // Before the server, so that it is done after it: the folder of the run does not hold the database when root runs the benchmark.
  atTheEnd(() => removeDatabase(dataDir));
  const server = await startNode({
    name,
    node,
    file: join(projectRoot, 'dist/src/main.js'),
    env: {
      DATA_DIR: dataDir,
      LOG_LEVEL: 'info',
      PORT: String(port),
      PUBLIC_URL: base,
      OPS_PORT: String(opsPort),
      MTLS_PORT: String(mtlsPort),
      INTERNAL_PORT: String(internalPort),
      INTERNAL_URL: `https://localhost:${internalPort}`,
      RATE_LIMIT_TOKEN_PER_CLIENT: PER_MINUTE,
      RATE_LIMIT_TOKEN_PER_SOURCE: PER_MINUTE,
      RATE_LIMIT_API_PER_CLIENT: PER_MINUTE,
      ...env,
    },
    isReady: answers(`http://127.0.0.1:${port}/health/ready`),
    timeoutSeconds: 120,
  });
  const demo = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8'));
  const org = demo.orgs.find(({ service_principals: principals }) => principals?.length);
  const rs256 = org.service_principals[0];
  const es256 = await principalOfAnEs256Api({ base, operator: demo.operator, orgId: org.id });
  return {
    ...server,
    opsUrl: `http://127.0.0.1:${opsPort}`,
    base,
    demo,
    internal: { url: `https://localhost:${internalPort}`, caFile: join(dataDir, 'internal-tls.crt') },
    targets: { RS256: target(base, port, 'RS256', rs256), ES256: target(base, port, 'ES256', es256) },
  };
}

async function removeDatabase(dataDir) {
  const { removeEmbeddedPostgres } = await import('../../dist/src/platform/database/embedded/index.js');
  await removeEmbeddedPostgres(dataDir);
}

function target(base, port, alg, principal) {
  const address = `http://127.0.0.1:${port}`;
  return {
    url: address,
    tokenUrl: `${address}/oauth/token`,
    jwksUrl: `${address}/.well-known/jwks.json`,
    alg,
    issuer: base,
    audience: principal.audience,
    clientId: principal.client_id,
    scope: principal.scope,
    requests: [
      formPost(`${base}/oauth/token`, {
        grant_type: 'client_credentials',
        client_id: principal.client_id,
        client_secret: principal.client_secret,
        audience: principal.audience,
        scope: principal.scope,
      }),
    ],
  };
}

/** The demo signs with RS256; ES256 is chosen per API, so the operator makes one. */
async function principalOfAnEs256Api({ base, operator, orgId }) {
  const token = await requestToken(base, operator);
  const audience = 'http://api.bench.test/es256';
  const scopes = ['read:analytics-data', 'write:customer-events', 'read:account'];
  await create(base, token, '/v1/apis', {
    identifier: audience,
    name: 'Benchmark API (ES256)',
    zone: 'external',
    signing_alg: 'ES256',
    scopes: scopes.map((name) => ({ name, description: `Benchmark: ${name}`, risk: 'low', assignable_by: 'operator', delegable: false })),
  });
  const principal = await create(base, token, `/v1/orgs/${orgId}/service-principals`, {
    name: 'Benchmark (ES256)',
    auth_method: 'client_secret',
    grants: [{ audience, scopes }],
  });
  return { client_id: principal.client_id, client_secret: principal.client_secret, audience, scope: scopes.join(' ') };
}

export async function requestToken(base, { client_id, client_secret, audience, scope }) {
  const response = await fetch(`${base}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, audience, ...(scope ? { scope } : {}) }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(`the operator got no token: ${response.status} ${JSON.stringify(body)}`);
  return body.access_token;
}

export async function create(base, token, path, body) {
  const response = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (response.status !== 201) throw new Error(`POST ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}
