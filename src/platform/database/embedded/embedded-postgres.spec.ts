import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootsFolderFor } from './cluster-location.js';
import { lockFolder, parseHolder } from './folder-lock.js';
import { mendLinks } from './postgres-binaries.js';
import { parsePostmasterFile } from './postmaster-file.js';
import { findStartOfProcess, startFromStat } from './process-identity.js';
import { findAccount } from './server-account.js';
import { serverArguments } from './server-settings.js';
import { describeEnd } from './supervised-server.js';

describe('the account of the embedded PostgreSQL', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533:nobody:/:/bin/false\nbroken\n';

  it('is found by its name in the list of accounts', () => {
    expect(findAccount(passwd, 'nobody')).toEqual({ uid: 65534, gid: 65533 });
  });

  it.each(['root', 'postgres', 'broken'])('is never %s, which is root, missing or malformed', (name) => {
    expect(findAccount(passwd, name)).toBeUndefined();
  });
});

describe('the settings of the embedded PostgreSQL', () => {
  it('keep every commit durable and listen on loopback only', () => {
    const args = serverArguments('/data', 20001);
    expect(args.slice(0, 2)).toEqual(['-D', '/data']);
    for (const setting of ['fsync=on', 'synchronous_commit=on', 'full_page_writes=on', 'listen_addresses=127.0.0.1', 'port=20001']) {
      expect(args).toContain(setting);
    }
  });

  it.each(['fsync', 'synchronous_commit', 'listen_addresses', 'port'])('refuse to have %s changed', (name) => {
    expect(() => serverArguments('/data', 20001, { [name]: 'off' })).toThrow(name);
  });

  it('take other settings from the caller', () => {
    const args = serverArguments('/data', 20001, { max_connections: '30' });
    expect(args).toContain('max_connections=30');
    expect(args).not.toContain('max_connections=100');
  });
});

describe('what the system tells about processes', () => {
  it('the start of a process is read past a name with brackets and spaces', () => {
    const fields = Array.from({ length: 49 }, (_, index) => String(index + 4)).join(' ');
    expect(startFromStat(`42 (a) b) (c) S ${fields}\n`)).toBe('22');
  });

  it('a zombie counts as gone', () => {
    expect(startFromStat('42 (node) Z 1 1 1')).toBeUndefined();
  });

  it('the file of a postmaster is ready only when its eighth line says so', () => {
    const lines = ['4711', '/data', '1700000000', '20001', '', '127.0.0.1', '  1234  5'];
    expect(parsePostmasterFile([...lines, 'starting'].join('\n'))).toEqual({ pid: 4711, isReady: false });
    expect(parsePostmasterFile([...lines, 'ready   ', ''].join('\n'))).toEqual({ pid: 4711, isReady: true });
    expect(parsePostmasterFile('')).toBeUndefined();
  });

  it('an end by a signal is told from an exit code', () => {
    expect(describeEnd(137, null)).toBe('signal 9');
    expect(describeEnd(1, null)).toBe('exit code 1');
    expect(describeEnd(null, 'SIGKILL')).toBe('supervisor ended by SIGKILL');
  });
});

describe('the folders of the embedded PostgreSQL', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'countersign-embedded-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('differ for root from one data folder to the next', () => {
    expect(rootsFolderFor('/a/.countersign')).not.toBe(rootsFolderFor('/b/.countersign'));
    expect(rootsFolderFor('/a/.countersign')).toMatch(/^\/var\/lib\/countersign\/[0-9a-f]{16}$/);
  });

  it('are locked against a second start, which learns the process that holds them', async () => {
    const lock = await lockFolder(folder, '/data');
    await expect(lockFolder(folder, '/data')).rejects.toThrow(
      `Another Countersign (process ${process.pid}) is using the data folder /data`,
    );
    await lock.release();
    await (await lockFolder(folder, '/data')).release();
  });

  it('are unlocked where the holder is gone and its pid belongs to another process', async () => {
    await writeFile(path.join(folder, 'lock'), JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
    const lock = await lockFolder(folder, '/data');
    expect(parseHolder(await readFile(path.join(folder, 'lock'), 'utf8'))?.startedAt).not.toBe('long ago');
    await lock.release();
  });

  // Seen to fail where a living holder was refused at once.
  it('are waited for where the holder is about to end: killed a moment ago, it still has a pid', async () => {
    const holder = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const startedAt = await findStartOfProcess(holder.pid!);
    await writeFile(path.join(folder, 'lock'), JSON.stringify({ pid: holder.pid, startedAt }));
    const told: string[] = [];
    const lock = await lockFolder(folder, '/data', (line) => told.push(line) && holder.kill('SIGKILL'));
    expect(told).toEqual([`Waiting for another Countersign (process ${holder.pid}) to let go of the data folder …`]);
    await lock.release();
  });

  it('are waited for where the holder lets go and lives on', async () => {
    const holder = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const startedAt = await findStartOfProcess(holder.pid!);
    await writeFile(path.join(folder, 'lock'), JSON.stringify({ pid: holder.pid, startedAt }));
    const lock = await lockFolder(folder, '/data', () => void rm(path.join(folder, 'lock')));
    expect(await findStartOfProcess(holder.pid!)).toBe(startedAt);
    await lock.release();
    holder.kill();
  });

  it('are unlocked where the lock is not readable as one', async () => {
    await writeFile(path.join(folder, 'lock'), '');
    await (await lockFolder(folder, '/data')).release();
  });

  it('get the library links that a blocked install script did not make', async () => {
    await mkdir(path.join(folder, 'native', 'lib'), { recursive: true });
    const link = { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' };
    await writeFile(path.join(folder, 'native', 'pg-symlinks.json'), JSON.stringify([link]));
    await mendLinks(folder);
    await mendLinks(folder);
    expect(await readlink(path.join(folder, link.target))).toBe('libpq.so.5.18');
  });
});
