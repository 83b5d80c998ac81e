// Codes redeemed and refresh tokens turned per second, RS256, everything on disk before it leaves.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { delegatedCountersign, delegatedOidcProvider, delegatedOidcProviderWithAudit } from '../contestants/delegated.mjs';
import { orderOfRound, pairedRatio, summarise } from '../lib/figures.mjs';
import { PKCE } from '../lib/person.mjs';
import { node22 } from '../lib/processes.mjs';
import { formPost } from '../load/requests.mjs';
import { requestsFile, runLoad } from '../load/run-load.mjs';

const contestants = [delegatedCountersign, delegatedOidcProvider, delegatedOidcProviderWithAudit];
const AT_ONCE = 16;
const WARM_UP_SHARE = 0.25;

const KINDS = [
  { title: 'code exchanges', unit: 'codes/s', prepare: (server, count) => codeForms(server, count) },
  { title: 'refreshes', unit: 'refreshes/s', prepare: (server, count) => refreshForms(server, count) },
];

export async function delegatedScenario(options, { say, chosen }) {
  const taking = chosen(contestants);
  const servers = new Map();
  for (const contestant of taking) {
    say(`starting ${contestant.name} …`);
    const server = await contestant.start({ node: options.sameNode ? node22() : process.execPath });
    servers.set(contestant.name, { ...server, rowsBefore: await server.auditRows?.(), issued: 0 });
    await check(contestant.name, server);
  }
  const workloads = [];
  for (const kind of KINDS) workloads.push(await workload(kind, taking, servers, options, say));
  for (const [name, server] of servers) {
    await checkAudit(name, server);
    await server.stop();
  }
  return { title: 'For a person', workloads, comparisons: workloads.flatMap(compare) };
}

async function workload({ title, unit, prepare }, taking, servers, options, say) {
  const runs = new Map(taking.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { name } of orderOfRound(taking, round)) {
      const server = servers.get(name);
      if (round === 0) await measure(server, prepare, Math.ceil(options.codes * WARM_UP_SHARE), options);
      const result = await measure(server, prepare, options.codes, options);
      runs.get(name).push(result);
      say(`round ${round + 1} · ${title} · ${name}: ${Math.round(result.requestsPerSecond)}/s, p99 ${result.p99.toFixed(1)} ms`);
    }
  }
  return { title, unit, rows: [...runs].map(([name, list]) => ({ name, ...summarise(list) })) };
}

/** Each request is sent once: what it holds is good once. */
async function measure(server, prepare, count, { connections }) {
  const requests = (await prepare(server, count)).map((form) => formPost(server.tokenUrl, form));
  const { url, pid } = server;
  const result = await runLoad({ url, pid, requestsFile: requestsFile(requests), connections, warmupSeconds: 0, once: true });
  server.issued += result.answered;
  return result;
}

async function codeForms({ codes, client, redirectUri }, count) {
  const made = await codes(count);
  return made.map((code) => ({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: PKCE.verifier,
    ...client,
  }));
}

async function refreshForms(server, count) {
  const forms = await codeForms(server, count);
  const refreshForms = [];
  const worker = async () => {
    for (let form = forms.pop(); form; form = forms.pop()) {
      const { refresh_token } = await answerOf(server, form);
      refreshForms.push({ grant_type: 'refresh_token', refresh_token, ...server.client });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  server.issued += count;
  return refreshForms;
}

async function answerOf({ tokenUrl }, form, status = 200) {
  const response = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
  const answer = await response.json();
  if (response.status !== status) throw new Error(`${tokenUrl} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Before it is measured: a right token for each step, another refresh token each time, and no code that is good twice. */
async function check(name, server) {
  const keys = createRemoteJWKSet(new URL(server.jwksUrl));
  const [form, spent] = await codeForms(server, 2);
  const first = await answerOf(server, form);
  const second = await answerOf(server, { grant_type: 'refresh_token', refresh_token: first.refresh_token, ...server.client });
  for (const { access_token } of [first, second]) {
    await jwtVerify(access_token, keys, {
      issuer: server.issuer,
      audience: server.audience,
      algorithms: ['RS256'],
      typ: 'at+jwt',
      requiredClaims: ['sub', 'iat', 'exp', 'jti', 'client_id', 'scope', 'org_id', 'principal_type', 'cred', 'grant', 'root'],
    });
  }
  if (first.refresh_token === second.refresh_token) throw new Error(`${name} does not rotate refresh tokens`);
  await answerOf(server, spent);
  await answerOf(server, spent, 400);
  await answerOf(server, { ...spent, code: 'x'.repeat(43) }, 400);
}

/** After it was measured: as many new audit rows as tokens that left. */
async function checkAudit(name, { auditRows, rowsBefore, issued }) {
  if (!auditRows) return;
  const rows = (await auditRows()) - rowsBefore;
  if (rows < issued) throw new Error(`${name} issued ${issued} tokens but has only ${rows} audit rows`);
}

function compare({ title, rows }) {
  const row = ({ name }) => rows.find((one) => one.name === name);
  return [delegatedOidcProvider, delegatedOidcProviderWithAudit].map((peer) => ({
    what: `${title}: ${delegatedCountersign.name} ÷ ${peer.name}`,
    ours: row(delegatedCountersign)?.requestsPerSecond,
    theirs: row(peer)?.requestsPerSecond,
    goal: 1,
    ...(row(delegatedCountersign) && row(peer) ? pairedRatio(row(delegatedCountersign).runs, row(peer).runs) : {}),
  }));
}
