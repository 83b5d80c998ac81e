// From a revocation's commit to its refusal at three guards under load, and whether anything passed after the bound.
import { Agent, request } from 'node:http';
import { KINDS, startGuard, startIssuer } from '../contestants/revocation.mjs';
import { quantile } from '../lib/figures.mjs';
import { node22, sleep } from '../lib/processes.mjs';

const GUARDS = 3;
const REQUESTS_PER_SECOND = 500;
const REVOCATIONS_PER_SECOND = 20;
const BOUND_MS = 2_000;

/**
 * Time is counted from the moment the revocation is asked for, which is before its commit: the true figure is smaller.
 * Half of the requests look for tokens that were revoked and not refused yet, the others use tokens by chance, living and dead.
 */
export async function revocationScenario(options, { say }) {
  const node = options.sameNode ? node22() : process.execPath;
  say(`preparing ${options.revocations} principals …`);
  const issuer = await startIssuer({ count: options.revocations, node });
  const guards = await Promise.all(Array.from({ length: GUARDS }, (_, i) => startGuard(i + 1, issuer.guardEnvironment, node)));
  const load = new Load(guards, issuer.subjects);
  say('every guard sees every token …');
  await load.warmUp();
  say(`${options.revocations} revocations, ${REVOCATIONS_PER_SECOND}/s, under ${REQUESTS_PER_SECOND} requests/s …`);
  const running = load.run();
  await revokeAll(issuer.subjects);
  await sleep(2 * BOUND_MS);
  load.stop();
  await running;
  const stats = await Promise.all(guards.map((guard) => guard.stats()));
  stats.forEach((one, i) => say(`guard ${i + 1}: ${JSON.stringify(one)}`));
  for (const guard of guards) await guard.stop();
  await issuer.stop();
  return report(load, issuer.subjects);
}

async function revokeAll(subjects) {
  const started = performance.now();
  const pending = [];
  for (const [i, subject] of subjects.entries()) {
    await sleep(Math.max(0, started + (i * 1000) / REVOCATIONS_PER_SECOND - performance.now()));
    subject.askedAt = performance.now();
    pending.push(subject.revoke().then(() => (subject.answeredAt = performance.now())));
  }
  await Promise.all(pending);
}

class Load {
  answered = 0;
  acceptedLate = 0;
  unexpected = new Map();
  #stopping = false;
  #inFlight = new Set();

  constructor(guards, subjects) {
    this.subjects = subjects;
    this.guards = guards.map(({ port }) => ({
      port,
      agent: new Agent({ keepAlive: true, maxSockets: 64 }),
      refusedAt: new Map(),
      turn: 0,
    }));
  }

  async warmUp() {
    for (const subject of this.subjects) {
      const statuses = await Promise.all(this.guards.map((guard) => ask(guard, subject.token)));
      if (statuses.some((status) => status !== 200)) throw new Error(`a living token was answered ${statuses}`);
    }
  }

  async run() {
    const started = performance.now();
    for (let sent = 0; !this.#stopping; sent += 1) {
      const wait = started + (sent * 1000) / REQUESTS_PER_SECOND - performance.now();
      if (wait > 1) await sleep(wait);
      const guard = this.guards[sent % GUARDS];
      const probe = this.#probe(guard, this.#choose(guard, sent)).finally(() => this.#inFlight.delete(probe));
      this.#inFlight.add(probe);
    }
    this.seconds = (performance.now() - started) / 1000;
    await Promise.all(this.#inFlight);
    for (const { agent } of this.guards) agent.destroy();
  }

  stop() {
    this.#stopping = true;
  }

  /** Half of the time a token that was revoked and that this guard has not refused yet; else any. */
  #choose(guard, sent) {
    const awaited = this.subjects.filter((subject) => subject.askedAt !== undefined && !guard.refusedAt.has(subject));
    if (awaited.length > 0 && Math.floor(sent / GUARDS) % 2 === 0) return awaited[guard.turn++ % awaited.length];
    return this.subjects[Math.floor(Math.random() * this.subjects.length)];
  }

  async #probe(guard, subject) {
    const sentAt = performance.now();
    const asked = subject.askedAt;
    const status = await ask(guard, subject.token);
    this.answered += 1;
    if (status === 401 && subject.askedAt !== undefined) {
      if (!guard.refusedAt.has(subject)) guard.refusedAt.set(subject, performance.now());
    } else if (status !== 200) this.unexpected.set(status, (this.unexpected.get(status) ?? 0) + 1);
    else if (asked !== undefined && sentAt > asked + BOUND_MS) this.acceptedLate += 1;
  }
}

function ask({ port, agent }, token) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject);
    sent.end();
  });
}

function report(load, subjects) {
  if (load.unexpected.size > 0) throw new Error(`unexpected answers of the guards: ${JSON.stringify([...load.unexpected])}`);
  const times = load.guards.map(({ refusedAt }) =>
    subjects.map((subject) => ({ kind: subject.kind, ms: (refusedAt.get(subject) ?? Infinity) - subject.askedAt })),
  );
  const all = times.flat();
  const row = (name, list) => {
    const sorted = list.map(({ ms }) => ms).sort((a, b) => a - b);
    return [name, String(list.length), ...[0.5, 0.99, 1].map((share) => quantile(sorted, share).toFixed(0))];
  };
  const rows = [
    ...times.map((list, i) => row(`guard ${i + 1}`, list)),
    ...KINDS.map((kind) =>
      row(
        `by ${kind}`,
        all.filter((one) => one.kind === kind),
      ),
    ),
    row('all', all),
  ];
  const sorted = all.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    title: 'Revocation',
    workloads: [],
    tables: [
      {
        title: `from asking to the first refusal, ms, at ${Math.round(load.answered / load.seconds)} requests/s`,
        head: ['', 'revocations', 'p50', 'p99', 'max'],
        rows,
      },
    ],
    comparisons: [
      { what: `revocation: p99 from asking to refusal over ${GUARDS} guards, ms`, measured: quantile(sorted, 0.99), goalBelow: BOUND_MS },
      {
        what: `revocation: requests accepted more than ${BOUND_MS} ms after it, of ${load.answered}`,
        measured: load.acceptedLate,
        goalBelow: 1,
      },
      { what: 'revocation: tokens that some guard never refused', measured: sorted.filter((ms) => ms === Infinity).length, goalBelow: 1 },
    ],
  };
}
