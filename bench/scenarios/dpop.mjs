// Requests per second through our guard: Bearer tokens that are remembered, and DPoP-bound ones, each request with a proof of its own.
import { countersignGuard } from '../contestants/guards.mjs';
import { mintTokens, rsaSigner } from '../lib/access-tokens.mjs';
import { orderOfRound, pairedRatio, summarise } from '../lib/figures.mjs';
import { node22 } from '../lib/processes.mjs';
import { proofKey, proofsFor } from '../lib/proofs.mjs';
import { get } from '../load/requests.mjs';
import { requestsFile, runLoad } from '../load/run-load.mjs';
import { publishKeys } from './guard.mjs';

const TOKENS = 100;
/** Below what the store in memory holds; a proof is sent once. */
const PROOFS_PER_TOKEN = 800;
/** Of the API, as the proofs name it, whatever port it has. */
const EXTERNAL_URL = 'http://api.bench.test';

export async function dpopScenario(options, { say }) {
  const keys = await publishKeys(rsaSigner());
  const key = proofKey();
  const bearers = await mintTokens(keys, TOKENS);
  const bound = await mintTokens(keys, TOKENS, { cnf: { jkt: key.jkt } });
  const kinds = [
    { name: 'Bearer token, remembered', once: false, requests: (url) => bearers.map((token) => get(url, token)) },
    { name: 'DPoP-bound token, one proof per request', once: true, requests: (url) => boundRequests(url, key, bound) },
  ];
  const runs = new Map(kinds.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const kind of orderOfRound(kinds, round)) {
      const result = await measure(kind, keys, options);
      runs.get(kind.name).push(result);
      say(`round ${round + 1} · ${kind.name}: ${Math.round(result.requestsPerSecond)}/s, p99 ${result.p99.toFixed(1)} ms`);
    }
  }
  const [bearer, dpop] = kinds.map(({ name }) => ({ name, ...summarise(runs.get(name)) }));
  return {
    title: 'DPoP-bound requests through the guard',
    workloads: [{ title: '100 hot RS256 tokens, ES256 proofs, used ones kept in memory', unit: 'requests/s', rows: [bearer, dpop] }],
    comparisons: [
      {
        what: 'guard, DPoP-bound ÷ Bearer',
        ours: dpop.requestsPerSecond,
        theirs: bearer.requestsPerSecond,
        ...pairedRatio(dpop.runs, bearer.runs),
      },
    ],
  };
}

async function measure({ requests, once }, keys, options) {
  const env = { BENCH_DPOP_URL: EXTERNAL_URL };
  const server = await countersignGuard.start(keys, { node: options.sameNode ? node22() : process.execPath, env });
  try {
    const file = requestsFile(await requests(server.url));
    const { connections, warmupSeconds, seconds } = options;
    return await runLoad({ url: server.url, pid: server.pid, requestsFile: file, connections, warmupSeconds, seconds, once });
  } finally {
    await server.stop();
  }
}

/** Made when they are needed: a proof ages. */
async function boundRequests(url, key, tokens) {
  const target = EXTERNAL_URL + new URL(url).pathname;
  const lists = [];
  for (const token of tokens) lists.push({ token, proofs: await proofsFor(key, { url: target, token, count: PROOFS_PER_TOKEN }) });
  return Array.from({ length: PROOFS_PER_TOKEN }, (_, i) => lists.map(({ token, proofs }) => get(url, token, proofs[i]))).flat();
}
