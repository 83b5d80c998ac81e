// Requests per second through one guard by callers with tokens and by callers with API keys, all of them known to it.
import { create, requestToken, startCountersign } from '../contestants/countersign.mjs';
import { orderOfRound, pairedRatio, summarise } from '../lib/figures.mjs';
import { benchRoot, freePort, node22, startNode } from '../lib/processes.mjs';
import { get } from '../load/requests.mjs';
import { requestsFile, runLoad } from '../load/run-load.mjs';

const TITLE = 'API keys at a guard';
const AUDIENCE = 'http://api.bench.test/keys';
const SCOPE = 'read:bench';
const CALLERS = 100;
const TOKENS = 'access tokens, remembered';
const KEYS = 'API keys, remembered';
/** Within a tenth of a token. */
const GOAL = 0.9;

export async function apiKeysScenario(options, { say }) {
  const node = options.sameNode ? node22() : process.execPath;
  const issuer = await startCountersign({ name: 'Countersign, API keys', node });
  say(`preparing ${CALLERS} callers of each kind …`);
  const { guard, tokens, keys } = await prepare(issuer, node);
  await checkGuard(guard, tokens[0], keys[0]);
  // What is measured is what is remembered: the one question per key and minute is not.
  for (const credential of [...tokens, ...keys]) await fetch(guard.url, { headers: { authorization: `Bearer ${credential}` } });
  const workloads = { [TOKENS]: tokens.map((token) => get(guard.url, token)), [KEYS]: keys.map((key) => get(guard.url, key)) };
  const runs = new Map(Object.keys(workloads).map((name) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const name of orderOfRound(Object.keys(workloads), round)) {
      const { connections, warmupSeconds, seconds } = options;
      const job = { url: guard.url, pid: guard.pid, requestsFile: requestsFile(workloads[name]), connections, warmupSeconds, seconds };
      const result = await runLoad(job);
      runs.get(name).push(result);
      say(`round ${round + 1} · ${name}: ${Math.round(result.requestsPerSecond)}/s, p99 ${result.p99.toFixed(1)} ms`);
    }
  }
  await guard.stop();
  await issuer.stop();
  return report([...runs].map(([name, list]) => ({ name, ...summarise(list) })));
}

async function prepare(issuer, node) {
  const { base, demo } = issuer;
  const admin = await requestToken(base, demo.operator);
  const make = (path, body) => create(base, admin, path, body);
  const scopes = [{ name: SCOPE, description: 'Benchmark', risk: 'low', assignable_by: 'operator', delegable: false }];
  const api = await make('/v1/apis', { identifier: AUDIENCE, name: 'Benchmark API (keys)', zone: 'external', scopes });
  const credential = await make(`/v1/apis/${api.id}/credentials`, {});
  const org = await make('/v1/orgs', { name: 'Benchmark (keys)' });
  const [tokens, keys] = [[], []];
  for (let i = 0; i < CALLERS; i += 1) {
    const grants = [{ audience: AUDIENCE, scopes: [SCOPE] }];
    const principal = await make(`/v1/orgs/${org.id}/service-principals`, { name: 'Benchmark', auth_method: 'client_secret', grants });
    tokens.push(await requestToken(base, { ...principal, audience: AUDIENCE }));
    keys.push((await make(`/v1/orgs/${org.id}/api-keys`, { name: 'Benchmark', audience: AUDIENCE, scopes: [SCOPE] })).key);
  }
  return { guard: await startGuard(base, credential, node), tokens, keys };
}

async function startGuard(issuer, { client_id: apiId, client_secret: secret }, node) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/items`;
  const server = await startNode({
    name: 'guard with API keys',
    node,
    file: `${benchRoot}/servers/connected-guard.mjs`,
    env: {
      NODE_ENV: 'production',
      BENCH_PORT: String(port),
      BENCH_ISSUER: issuer,
      BENCH_AUDIENCE: AUDIENCE,
      BENCH_SCOPE: SCOPE,
      BENCH_API_ID: apiId,
      BENCH_API_SECRET: secret,
    },
    isReady: async () => (await fetch(url)).status < 500,
  });
  return { ...server, url };
}

/** Before anything is measured: both get in, and what only looks like a key does not. */
async function checkGuard({ url }, token, key) {
  const changed = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
  for (const [what, credential, wanted] of [
    ['a token', token, 200],
    ['a key', key, 200],
    ['a key with another last letter', changed, 401],
  ]) {
    const { status } = await fetch(url, { headers: { authorization: `Bearer ${credential}` } });
    if (status !== wanted) throw new Error(`the guard answered ${status} to ${what}, expected ${wanted}`);
  }
}

function report(rows) {
  const row = (wanted) => rows.find(({ name }) => name === wanted);
  const [keys, tokens] = [row(KEYS), row(TOKENS)];
  return {
    title: TITLE,
    workloads: [{ title: `${CALLERS} callers`, unit: 'requests/s', rows }],
    comparisons: [
      {
        what: `guard, ${KEYS} ÷ ${TOKENS}`,
        ours: keys.requestsPerSecond,
        theirs: tokens.requestsPerSecond,
        goal: GOAL,
        ...pairedRatio(keys.runs, tokens.runs),
      },
    ],
  };
}
