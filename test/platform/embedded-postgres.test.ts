import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/database/embedded/index.js';

const SOURCES = path.resolve('src/platform/database/embedded');

const PROGRAM = `
import { startEmbeddedPostgres } from './index.js';
const cluster = await startEmbeddedPostgres({ dataDir: process.argv[2], progress: () => {} });
console.log(cluster.superuserUrl);
setInterval(() => {}, 1000);
`;

let scratch: string;
let dataDir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'countersign-embedded-'));
  dataDir = path.join(scratch, 'data');
  await buildProgram(scratch);
});
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));
afterAll(async () => {
  await removeEmbeddedPostgres(dataDir);
  await rm(scratch, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', () => {
  it('keeps its data and its durability over a restart', async () => {
    const first = await start();
    await query(first.superuserUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    await first.ended;
    const second = await start();
    expect(await query(second.superuserUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(await query(second.superuserUrl, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    await second.stop();
    await expect(query(second.superuserUrl, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('lets nobody in without the password', async () => {
    const cluster = await start();
    const url = cluster.urlFor({ user: 'postgres', password: 'p@ss/word', database: 'postgres' });
    await expect(query(url, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await cluster.stop();
  });

  it('refuses a second start on the same folder and names the process that has it', async () => {
    const cluster = await start();
    await expect(start()).rejects.toThrow(`Another Countersign (process ${process.pid})`);
    expect(await query(cluster.superuserUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await cluster.stop();
  });

  it('ends when the process that started it is killed, and starts again on what was left', async () => {
    const { child, url } = await startInChild();
    await query(url, 'CREATE TABLE survivor AS SELECT 7 AS number');
    child.kill('SIGKILL');
    await expectEventually(
      () =>
        query(url, 'SELECT 1').then(
          () => 'answers',
          (error: Error) => error.message,
        ),
      /ECONNREFUSED/,
    );
    const again = await start();
    expect(await query(again.superuserUrl, 'SELECT number FROM survivor')).toEqual([{ number: 7 }]);
    await again.stop();
  });

  it('comes back on the same port when the postmaster is killed', async () => {
    const cluster = await start();
    const [before] = await query(cluster.superuserUrl, 'SELECT pg_postmaster_start_time()::text AS since');
    process.kill(await postmasterPid(), 'SIGKILL');
    const since = () =>
      query(cluster.superuserUrl, 'SELECT pg_postmaster_start_time()::text AS since').then(
        ([row]) => `since ${String(row?.['since'])}`,
        () => 'down',
      );
    await expectEventually(since, new RegExp(`^since (?!${String(before?.['since']).replaceAll(/[.+]/g, '\\$&')})`));
    await cluster.stop();
  });
});

function start() {
  return startEmbeddedPostgres({ dataDir, progress: () => undefined });
}

async function startInChild(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [path.join(scratch, 'program.js'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const url of createInterface({ input: child.stdout })) return { child, url };
  throw new Error('the program ended without a word');
}

/** A process that can be killed needs JavaScript of its own, not what Vitest holds in memory. */
async function buildProgram(folder: string): Promise<void> {
  const names = (await readdir(SOURCES)).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    useDefineForClassFields: false,
  };
  for (const name of names) {
    const source = await readFile(path.join(SOURCES, name), 'utf8');
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    await writeFile(path.join(folder, name.replace(/\.ts$/, '.js')), outputText);
  }
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(path.join(folder, 'program.js'), PROGRAM);
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'));
}

async function postmasterPid(): Promise<number> {
  const { folder = path.join(dataDir, 'postgres') } = JSON.parse(await readFile(path.join(dataDir, 'postgres.json'), 'utf8')) as {
    folder?: string;
  };
  return Number((await readFile(path.join(folder, 'server', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function query(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function expectEventually(ask: () => Promise<string>, answer: RegExp): Promise<void> {
  return expect.poll(ask, { timeout: 5000, interval: 50 }).toMatch(answer);
}
