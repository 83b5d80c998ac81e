// Tokens asked about per second, by an API with a credential of its own: the answer as JSON and as a signed JWT.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { introspectingCountersign, introspectingOidcProvider } from '../contestants/introspection.mjs';
import { orderOfRound, pairedRatio, summarise } from '../lib/figures.mjs';
import { node22 } from '../lib/processes.mjs';
import { formPost } from '../load/requests.mjs';
import { requestsFile, runLoad } from '../load/run-load.mjs';

const contestants = [introspectingCountersign, introspectingOidcProvider];
const TOKENS = 500;
const SIGNED = 'application/token-introspection+jwt';
const KINDS = [
  { title: 'JSON', accept: 'application/json', goal: 8 },
  { title: 'signed', accept: SIGNED },
];

export async function introspectionScenario(options, { say, chosen }) {
  const taking = chosen(contestants);
  const servers = new Map();
  for (const contestant of taking) {
    say(`starting ${contestant.name} …`);
    const server = await contestant.start({ node: options.sameNode ? node22() : process.execPath });
    await check(contestant.name, server);
    servers.set(contestant.name, { ...server, live: await server.tokens(TOKENS) });
  }
  const workloads = [];
  for (const kind of KINDS) workloads.push(await workload(kind, taking, servers, options, say));
  for (const server of servers.values()) await server.stop();
  return { title: 'Introspection', workloads, comparisons: workloads.flatMap((one, i) => compare(one, KINDS[i].goal)) };
}

async function workload({ title, accept }, taking, servers, options, say) {
  const runs = new Map(taking.map(({ name }) => [name, []]));
  const files = new Map(
    taking.map(({ name }) => {
      const { live, caller, introspectUrl } = servers.get(name);
      return [name, requestsFile(live.map((token) => formPost(introspectUrl, { token, ...caller }, accept)))];
    }),
  );
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { name } of orderOfRound(taking, round)) {
      const { url, pid } = servers.get(name);
      const result = await runLoad({
        url,
        pid,
        requestsFile: files.get(name),
        connections: options.connections,
        warmupSeconds: round === 0 ? options.warmupSeconds : options.warmupSeconds / 2,
        seconds: options.seconds,
      });
      runs.get(name).push(result);
      say(`round ${round + 1} · ${title} · ${name}: ${Math.round(result.requestsPerSecond)}/s, p99 ${result.p99.toFixed(1)} ms`);
    }
  }
  return { title, unit: 'answers/s', rows: [...runs].map(([name, list]) => ({ name, ...summarise(list) })) };
}

async function ask({ introspectUrl, caller }, token, accept = 'application/json') {
  const response = await fetch(introspectUrl, { method: 'POST', headers: { accept }, body: new URLSearchParams({ token, ...caller }) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${introspectUrl} answered ${response.status}: ${text}`);
  return text;
}

/** Before it is measured: the truth about a token that lives, in both forms, and about one that was given back. */
async function check(name, server) {
  const [live, dead] = await server.tokens(2);
  const answer = JSON.parse(await ask(server, live));
  const right = { active: true, iss: server.issuer, aud: server.audience, client_id: server.owner.client_id, token_type: 'Bearer' };
  for (const [member, value] of Object.entries(right))
    if (answer[member] !== value)
      throw new Error(`${name} says ${member} ${JSON.stringify(answer[member])} instead of ${JSON.stringify(value)}`);
  for (const member of ['scope', 'exp', 'iat', 'org_id', 'principal_type'])
    if (answer[member] === undefined) throw new Error(`${name} does not say ${member}`);
  const jwt = await ask(server, live, SIGNED);
  const { payload } = await jwtVerify(jwt, createRemoteJWKSet(new URL(server.jwksUrl)), {
    issuer: server.issuer,
    // oidc-provider names the client alone.
    audience: server.caller.client_id,
    typ: 'token-introspection+jwt',
    algorithms: ['RS256'],
  });
  if (payload.token_introspection?.active !== true) throw new Error(`${name} signs something else: ${JSON.stringify(payload)}`);
  const revoked = await fetch(server.revokeUrl, { method: 'POST', body: new URLSearchParams({ token: dead, ...server.owner }) });
  if (revoked.status !== 200) throw new Error(`${name} does not revoke: ${revoked.status} ${await revoked.text()}`);
  if ((await ask(server, dead)) !== '{"active":false}') throw new Error(`${name} calls a revoked token active`);
}

function compare({ title, rows }, goal) {
  const [ours, theirs] = contestants.map(({ name }) => rows.find((row) => row.name === name));
  return [
    {
      what: `introspection, ${title}: ${introspectingCountersign.name} ÷ ${introspectingOidcProvider.name}`,
      ours: ours?.requestsPerSecond,
      theirs: theirs?.requestsPerSecond,
      goal,
      ...(ours && theirs ? pairedRatio(ours.runs, theirs.runs) : {}),
    },
  ];
}
