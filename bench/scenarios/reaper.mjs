// What is left of short-lived rows: tables full of what has expired, then the reaper of the running product, then full again.
import { countersignAsIssuer } from '../contestants/delegated.mjs';
import { startCountersign } from '../contestants/countersign.mjs';
import { PKCE } from '../lib/person.mjs';
import { benchDatabase, query } from '../lib/postgres.mjs';
import { node22, sleep } from '../lib/processes.mjs';

const DATABASE = 'countersign_reaper';
const PASSWORDS = { owner: 'owner-of-bench', runtime: 'runtime-of-bench' };
const POLL_MS = 2_000;
/** The reaper goes on until nothing is left, for most of each minute; the first one it may sleep. */
const PATIENCE_MS = 180_000;
const PATIENCE_PER_ROW_MS = 2;

/** How a row is copied: what has to differ, as SQL over the number `i`. In an order that foreign keys allow. */
const TABLES = [
  { name: 'authorization_codes', differs: `'digest', sha256(('code' || i)::bytea), 'family_id', gen_random_uuid()` },
  { name: 'refresh_families', differs: `'id', md5('family' || i)::uuid, 'key_digest', sha256(('key' || i)::bytea)` },
  { name: 'refresh_answers', differs: `'token_digest', sha256(('answer' || i)::bytea), 'family_id', md5('family' || i)::uuid` },
];

export async function reaperScenario(options, { say, chosen }) {
  const scenario = { title: 'Reaper', workloads: [], tables: [], comparisons: [] };
  if (!chosen([{ name: 'Countersign' }]).length) return scenario;
  const database = await ownDatabase();
  const server = await startCountersign({
    name: 'Countersign, reaper',
    node: options.sameNode ? node22() : process.execPath,
    env: { DEMO: 'true', DATABASE_URL: database.runtimeUrl, MIGRATION_DATABASE_URL: database.ownerUrl },
  });
  await oneOfEach(server);
  const before = await sizes(database.url);
  say(`filling the tables with ${options.reaped} expired rows of each kind …`);
  await fill(database.url, options.reaped);
  const full = await sizes(database.url);
  const seconds = await untilReaped(database.url, before, options.reaped, say);
  // As autovacuum does it, over and over: what the first run empties in an index, a later one gives free.
  for (let run = 0; run < 2; run += 1) await query(database.url, `VACUUM ${TABLES.map(({ name }) => name).join(', ')}`);
  const after = await sizes(database.url);
  await server.stop();
  await fill(database.url, options.reaped);
  const fullAgain = await sizes(database.url);
  scenario.tables.push(describe({ before, full, after, fullAgain }, options.reaped, seconds));
  scenario.comparisons.push(...compare({ before, full, after, fullAgain }));
  return scenario;
}

async function ownDatabase() {
  const { url } = await benchDatabase();
  const { createDatabase } = await import('../../dist/src/platform/database/connection.js');
  const { ROLES, RUNTIME_LOGIN } = await import('../../dist/src/platform/database/roles.js');
  await createDatabase(url, DATABASE, PASSWORDS);
  const login = (user, password) => Object.assign(new URL(url), { pathname: `/${DATABASE}`, username: user, password }).href;
  return {
    url: Object.assign(new URL(url), { pathname: `/${DATABASE}` }).href,
    ownerUrl: login(ROLES.owner, PASSWORDS.owner),
    runtimeUrl: login(RUNTIME_LOGIN, PASSWORDS.runtime),
  };
}

/** A code that was redeemed and a token that was refreshed, by the front door: the rows that are copied. */
async function oneOfEach(server) {
  const { codes, client, redirectUri, tokenUrl } = await countersignAsIssuer(server);
  const [code] = await codes(1);
  const { refresh_token } = await post(tokenUrl, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: PKCE.verifier,
    ...client,
  });
  await post(tokenUrl, { grant_type: 'refresh_token', refresh_token, ...client });
}

async function post(url, form) {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Through JSON, so that a column that is added later is copied too. */
async function fill(url, count) {
  for (const { name, differs } of TABLES) {
    await query(
      url,
      `INSERT INTO ${name} SELECT copy.* FROM (SELECT one FROM ${name} one WHERE expires_at > now() LIMIT 1) template, generate_series(1, ${count}) i,
         LATERAL jsonb_populate_record(template.one, jsonb_build_object(${differs}, 'expires_at', now())) copy`,
    );
  }
  await query(url, `ANALYZE ${TABLES.map(({ name }) => name).join(', ')}`);
}

async function sizes(url) {
  return Promise.all(
    TABLES.map(async ({ name }) => {
      const [row] = await query(
        url,
        `SELECT (SELECT count(*) FROM ${name}) AS rows, pg_table_size('${name}') AS "table", pg_indexes_size('${name}') AS indexes,
                pg_total_relation_size('${name}') AS total`,
      );
      return { name, ...Object.fromEntries(Object.entries(row).map(([key, value]) => [key, Number(value)])) };
    }),
  );
}

/** Nobody calls the reaper: it is part of the server. @returns how long it took, with the minute that it may sleep */
async function untilReaped(url, before, count, say) {
  const [started, wanted] = [Date.now(), total(before, 'rows')];
  for (let said = started; ; await sleep(POLL_MS)) {
    const left = total(await sizes(url), 'rows') - wanted;
    if (left <= 0) return (Date.now() - started) / 1000;
    if (Date.now() - started > PATIENCE_MS + count * PATIENCE_PER_ROW_MS) throw new Error(`the reaper left ${left} expired rows`);
    if (Date.now() - said > 30_000) {
      said = Date.now();
      say(`${left} expired rows are left`);
    }
  }
}

const total = (list, member) => list.reduce((sum, one) => sum + one[member], 0);

function describe({ before, full, after, fullAgain }, count, seconds) {
  const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
  const cell = (moment, i) => `${moment[i].rows} · ${megabytes(moment[i].table)} + ${megabytes(moment[i].indexes)}`;
  return {
    title: `rows · MB of the table + MB of its indexes, with ${count} of each kind; gone after ${Math.round(seconds)} s`,
    head: ['', 'before', 'full of expired rows', 'after the reaper', 'as many again'],
    rows: TABLES.map(({ name }, i) => [name, ...[before, full, after, fullAgain].map((moment) => cell(moment, i))]),
  };
}

function compare({ before, full, after, fullAgain }) {
  return [
    { what: 'reaper: expired rows that are left', measured: total(after, 'rows') - total(before, 'rows'), goalBelow: 1 },
    {
      what: 'reaper: MB of the tables afterwards, more than before',
      measured: (total(after, 'table') - total(before, 'table')) / 2 ** 20,
      goalBelow: 1,
    },
    {
      what: 'reaper: size with as many rows again ÷ size before the reaper',
      measured: total(fullAgain, 'total') / total(full, 'total'),
      goalBelow: 1.1,
    },
  ];
}
