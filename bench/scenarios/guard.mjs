// Requests per second through a guard: 100 tokens used again and again, and tokens that are never used twice.
import { createServer } from 'node:http';
import {
  bareJose,
  countersignGuard,
  expressOauth2JwtBearer,
  passportJwtWithJwks,
  passportJwtWithPem,
  unguarded,
} from '../contestants/guards.mjs';
import { guardedApi, mintToken, mintTokens, rsaSigner } from '../lib/access-tokens.mjs';
import { orderOfRound, pairedRatio, summarise } from '../lib/figures.mjs';
import { atTheEnd, freePort, node22 } from '../lib/processes.mjs';
import { get } from '../load/requests.mjs';
import { requestsFile, runLoad } from '../load/run-load.mjs';

const HOT_TOKENS = 100;
const contestants = [unguarded, countersignGuard, bareJose, passportJwtWithJwks, passportJwtWithPem, expressOauth2JwtBearer];

export async function guardScenario(options, { say, chosen }) {
  const keys = await publishKeys(rsaSigner());
  const taking = chosen(contestants);
  say(`signing ${options.distinctTokens} distinct tokens …`);
  const tokens = { hot: await mintTokens(keys, HOT_TOKENS), distinct: await mintTokens(keys, options.distinctTokens) };
  const hot = await workload('100 hot RS256 tokens', tokens.hot, taking, keys, options, say);
  const distinct = await workload(
    'all tokens distinct',
    tokens.distinct,
    taking.filter((one) => !one.open),
    keys,
    options,
    say,
    { once: true },
  );
  return { title: 'Requests through a guard', workloads: [hot, distinct], comparisons: [...compareHot(hot), ...compareDistinct(distinct)] };
}

async function workload(title, tokens, taking, keys, options, say, { once = false } = {}) {
  const runs = new Map(taking.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const contestant of orderOfRound(taking, round)) {
      // A new process each time: a token that a cache has seen would not be distinct any more.
      const server = await contestant.start(keys, { node: options.sameNode ? node22() : process.execPath });
      if (round === 0) await checkGuard(contestant, server.url, keys);
      const requests = tokens.map((token) => get(server.url, token));
      const result = await runLoad({
        url: server.url,
        pid: server.pid,
        requestsFile: requestsFile(requests),
        connections: options.connections,
        warmupSeconds: options.warmupSeconds,
        seconds: options.seconds,
        once,
      });
      await server.stop();
      runs.get(contestant.name).push(result);
      say(`round ${round + 1} · ${title} · ${contestant.name}: ${Math.round(result.requestsPerSecond)}/s, p99 ${result.p99.toFixed(1)} ms`);
    }
  }
  return { title, unit: 'requests/s', rows: [...runs].map(([name, list]) => ({ name, ...summarise(list) })) };
}

/** Before it is measured: the right token passes, everything else is refused with the right status. */
async function checkGuard(contestant, url, signer) {
  const status = async (token) => (await fetch(url, token ? { headers: { authorization: `Bearer ${token}` } } : {})).status;
  const good = await mintToken(signer);
  const body = await (await fetch(url, { headers: { authorization: `Bearer ${good}` } })).json();
  if (body.customers?.[0]?.id !== 'cus_1') throw new Error(`${contestant.name} does not answer a good token: ${JSON.stringify(body)}`);
  if (contestant.open) return;
  const now = Math.floor(Date.now() / 1000);
  const expectations = [
    ['no token', undefined, [401]],
    ['a forged token', await mintToken({ ...rsaSigner(), header: signer.header }), [401]],
    ['an expired token', await mintToken(signer, { iat: now - 7200, exp: now - 3600 }), [401]],
    ['another audience', await mintToken(signer, { aud: 'http://other.bench.test' }), [401]],
    ['another issuer', await mintToken(signer, { iss: 'http://other.bench.test' }), [401]],
    ['a token without the scope', await mintToken(signer, { scope: 'read:other' }), [403]],
    ['a changed payload', swapPayload(good, await mintToken(signer, { scope: guardedApi.scope })), [401]],
  ];
  for (const [what, token, wanted] of expectations) {
    const got = await status(token);
    if (!wanted.includes(got)) throw new Error(`${contestant.name} answered ${got} to ${what}, expected ${wanted}`);
  }
}

function swapPayload(token, other) {
  const [header, , signature] = token.split('.');
  return [header, other.split('.')[1], signature].join('.');
}

export async function publishKeys(signer) {
  const port = await freePort();
  const body = JSON.stringify(signer.jwks);
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(body));
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  atTheEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { ...signer, jwksUri: `http://127.0.0.1:${port}/jwks.json` };
}

function compareHot({ title, rows }) {
  return compare(title, rows, [
    [unguarded, 0.85],
    [passportJwtWithJwks, 6.5],
    [passportJwtWithPem, 6.5],
    [bareJose],
    [expressOauth2JwtBearer],
  ]);
}

function compareDistinct({ title, rows }) {
  return compare(title, rows, [[bareJose, 0.95], [passportJwtWithJwks, 3.5], [passportJwtWithPem, 3.5], [expressOauth2JwtBearer]]);
}

function compare(title, rows, pairs) {
  const row = (contestant) => rows.find(({ name }) => name === contestant.name);
  const ours = row(countersignGuard);
  return pairs.map(([peer, goal]) => ({
    what: `guard, ${title} ÷ ${peer.name}`,
    ours: ours?.requestsPerSecond,
    theirs: row(peer)?.requestsPerSecond,
    goal,
    ...(ours && row(peer) ? pairedRatio(ours.runs, row(peer).runs) : {}),
  }));
}
