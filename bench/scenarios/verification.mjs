// One verification of an ES256 token in process, in a process of its own: remembered, and never seen before; beside bare jose.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { ecSigner, mintToken, mintTokens } from '../lib/access-tokens.mjs';
import { median, orderOfRound } from '../lib/figures.mjs';
import { atTheEnd, benchRoot, endProcess, node22 } from '../lib/processes.mjs';

const TITLE = 'Verification in process';
const HOT_TOKENS = 100;
const HOT_CHECKS_PER_TOKEN = 20;
const GOAL_MS = 0.1;
/** As the measuring process knows them. */
const WORKLOADS = ['cached', 'fresh', 'jose'];
const NAMES = { cached: 'Countersign, remembered', fresh: 'Countersign, first sight', jose: 'jose, every time' };

export async function verificationScenario(options, { say }) {
  const signer = ecSigner();
  say(`signing ${options.distinctTokens} distinct tokens …`);
  const distinct = await mintTokens(signer, options.distinctTokens);
  const bad = {
    forged: await mintToken({ ...ecSigner(), header: signer.header }),
    expired: await mintToken(signer, { iat: 1, exp: 2 }),
    audience: await mintToken(signer, { aud: 'http://other.bench.test' }),
    revoked: await mintToken(signer, { jti: 'revoked', root: 'revoked' }),
  };
  const runs = Object.fromEntries(WORKLOADS.map((name) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const workload of orderOfRound(WORKLOADS, round)) {
      const checks = options.distinctTokens * HOT_CHECKS_PER_TOKEN;
      const job = { workload, jwks: signer.jwks, tokens: workload === 'cached' ? distinct.slice(0, HOT_TOKENS) : distinct, checks, bad };
      const result = await measure(job, options);
      runs[workload].push(result);
      say(`round ${round + 1} · ${NAMES[workload]}: p50 ${micro(result.p50)} µs, p99 ${micro(result.p99)} µs, ${result.perSecond}/s`);
    }
  }
  return report(runs);
}

/** A process each time: nothing is remembered, compiled or collected on behalf of another. */
async function measure(job, { sameNode }) {
  const child = fork(join(benchRoot, 'load/verify-in-process.mjs'), { execPath: sameNode ? node22() : process.execPath });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  atTheEnd(() => endProcess(child, ended));
  const result = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error('the measuring process ended without a result')));
    child.send(job);
  });
  await ended;
  if (result.failure) throw new Error(result.failure);
  return result;
}

function report(runs) {
  const of = (workload, figure) => median(runs[workload].map((run) => run[figure]));
  const figures = ['p50', 'p99', 'p999'];
  const rows = WORKLOADS.map((name) => [
    NAMES[name],
    ...figures.map((figure) => micro(of(name, figure))),
    Math.round(of(name, 'perSecond')).toLocaleString('en-US'),
  ]);
  const pairs = runs.fresh.map(({ perSecond }, round) => perSecond / runs.jose[round].perSecond);
  return {
    title: TITLE,
    workloads: [],
    tables: [{ title: 'ES256, one at a time', head: ['', 'p50 µs', 'p99 µs', 'p99.9 µs', 'per second'], rows }],
    comparisons: [
      { what: 'verification of a remembered token in process: p99, ms', measured: of('cached', 'p99'), digits: 4, goalBelow: GOAL_MS },
      {
        what: 'verification in process, first sight ÷ jose',
        ours: of('fresh', 'perSecond'),
        theirs: of('jose', 'perSecond'),
        ratio: median(pairs),
        lowest: Math.min(...pairs),
        highest: Math.max(...pairs),
      },
    ],
  };
}

const micro = (ms) => (ms * 1000).toFixed(1);
