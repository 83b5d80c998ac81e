// Tokens per second at the token endpoint, RS256 and ES256.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { countersign, countersignWithoutAudit } from '../contestants/countersign.mjs';
import { oidcProviderEqualWork, oidcProviderInMemory } from '../contestants/oidc-provider.mjs';
import { openssl, opensslSignsPerSecond } from '../contestants/openssl.mjs';
import { orderOfRound, pairedRatio, summarise } from '../lib/figures.mjs';
import { node22 } from '../lib/processes.mjs';
import { requestsFile, runLoad } from '../load/run-load.mjs';

const contestants = [countersign, countersignWithoutAudit, oidcProviderInMemory, oidcProviderEqualWork];

export async function tokenScenario(options, { say, chosen }) {
  const taking = chosen(contestants);
  const servers = new Map();
  for (const contestant of taking) {
    say(`starting ${contestant.name} …`);
    const server = await contestant.start({ node: options.sameNode ? node22() : process.execPath });
    servers.set(contestant.name, { ...server, issued: 0, rowsBefore: await server.auditRows?.() });
    for (const target of Object.values(server.targets)) await checkToken(contestant.name, target);
  }
  const workloads = [];
  for (const alg of ['RS256', 'ES256']) workloads.push(await workload(alg, taking, servers, options, say));
  for (const [name, server] of servers) {
    await checkAudit(name, server);
    await server.stop();
  }
  return { title: 'Tokens issued', workloads, comparisons: [...compareRs256(workloads[0]), ...compareEs256(workloads[1])] };
}

async function workload(alg, taking, servers, options, say) {
  const withYardstick = alg === 'RS256' ? [...taking, openssl] : taking;
  const runs = new Map(withYardstick.map(({ name }) => [name, []]));
  const files = new Map(taking.map(({ name }) => [name, requestsFile(servers.get(name).targets[alg].requests)]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const contestant of orderOfRound(withYardstick, round)) {
      const result = contestant === openssl ? await signOnly(options) : await issue(contestant, round);
      if (!result) continue;
      runs.get(contestant.name).push(result);
      const p99 = result.p99 === undefined ? '' : `, p99 ${result.p99.toFixed(1)} ms`;
      say(`round ${round + 1} · ${alg} · ${contestant.name}: ${Math.round(result.requestsPerSecond)}/s${p99}`);
    }
  }
  const rows = [...runs].filter(([, list]) => list.length).map(([name, list]) => ({ name, ...summarise(list) }));
  return { title: alg, unit: 'tokens/s', rows };

  async function issue({ name }, round) {
    const server = servers.get(name);
    const result = await runLoad({
      url: server.targets[alg].url,
      pid: server.pid,
      requestsFile: files.get(name),
      connections: options.connections,
      warmupSeconds: round === 0 ? options.warmupSeconds : options.warmupSeconds / 2,
      seconds: options.seconds,
    });
    server.issued += result.answered;
    return result;
  }
}

async function signOnly({ seconds }) {
  const requestsPerSecond = await opensslSignsPerSecond(seconds);
  return requestsPerSecond && { requestsPerSecond };
}

/** Before it is measured: two requests give two different, right access tokens. */
async function checkToken(name, target) {
  const keys = createRemoteJWKSet(new URL(target.jwksUrl));
  const ids = new Set();
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const [, body] = target.requests[0].toString().split('\r\n\r\n');
    const response = await fetch(target.tokenUrl, { method: 'POST', body: new URLSearchParams(body) });
    const answer = await response.json();
    if (response.status !== 200) throw new Error(`${name} issued no ${target.alg} token: ${response.status} ${JSON.stringify(answer)}`);
    const { payload, protectedHeader } = await jwtVerify(answer.access_token, keys, {
      issuer: target.issuer,
      audience: target.audience,
      algorithms: [target.alg],
      typ: 'at+jwt',
      requiredClaims: ['sub', 'iat', 'exp', 'jti', 'client_id', 'scope', 'org_id', 'principal_type', 'cred', 'root'],
    });
    const problems = [
      protectedHeader.kid ? undefined : 'no kid',
      payload.client_id === target.clientId ? undefined : `client_id ${payload.client_id}`,
      sorted(payload.scope) === sorted(target.scope) ? undefined : `scope ${payload.scope}`,
      payload.exp - payload.iat === 3600 ? undefined : `lifetime ${payload.exp - payload.iat} s`,
      answer.token_type === 'Bearer' ? undefined : `token_type ${answer.token_type}`,
    ].filter(Boolean);
    if (problems.length) throw new Error(`${name} issued another token than asked for: ${problems.join(', ')}`);
    ids.add(payload.jti);
  }
  if (ids.size !== 2) throw new Error(`${name} issued one jti twice`);
}

const sorted = (scope) => scope.split(' ').sort().join(' ');

/** After it was measured: as many new audit rows as tokens that left (and those of the check before). */
async function checkAudit(name, server) {
  if (!server.auditRows) return;
  const rows = (await server.auditRows()) - server.rowsBefore;
  if (rows < server.issued) throw new Error(`${name} issued ${server.issued} tokens but has only ${rows} audit rows`);
}

function compareRs256(workload) {
  return compare(workload, [
    [countersign, oidcProviderInMemory, 1.8],
    [countersign, oidcProviderEqualWork, 3.5],
    [countersign, openssl, 0.6],
    [countersign, countersignWithoutAudit, 0.95],
    [oidcProviderEqualWork, oidcProviderInMemory],
  ]);
}

function compareEs256(workload) {
  return compare(workload, [
    [countersign, oidcProviderInMemory, 3],
    [countersign, oidcProviderEqualWork, 6],
    [countersign, countersignWithoutAudit, 0.95],
    [oidcProviderEqualWork, oidcProviderInMemory],
  ]);
}

function compare({ title, rows }, pairs) {
  const row = (contestant) => rows.find(({ name }) => name === contestant.name);
  return pairs.map(([left, right, goal]) => ({
    what: `${title}: ${left.name} ÷ ${right.name}`,
    ours: row(left)?.requestsPerSecond,
    theirs: row(right)?.requestsPerSecond,
    goal,
    ...(row(left) && row(right) ? pairedRatio(row(left).runs, row(right).runs) : {}),
  }));
}
