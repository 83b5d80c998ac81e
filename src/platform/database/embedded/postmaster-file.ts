import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { findCommandOfProcess, findStartOfProcess } from './process-identity.js';

export interface PostmasterFile {
  readonly pid: number;
  readonly isReady: boolean;
}

/** Line 1 is the pid, line 8 the state (PostgreSQL's own pg_ctl waits by it too). */
export function parsePostmasterFile(content: string): PostmasterFile | undefined {
  const lines = content.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, isReady: lines[7]?.trim() === 'ready' } : undefined;
}

export async function readPostmasterFile(data: string): Promise<PostmasterFile | undefined> {
  return parsePostmasterFile(await readFile(fileIn(data), 'utf8').catch(() => ''));
}

/** Ends a server whose Countersign was killed. Only the holder of the folder's lock may call it. */
export async function endLeftoverServer(data: string, progress: (line: string) => void): Promise<void> {
  const file = await readPostmasterFile(data);
  if (!file || !(await findStartOfProcess(file.pid))) return;
  const command = await findCommandOfProcess(file.pid);
  // The pid was given to another program: PostgreSQL would take it for itself and refuse to start.
  if (!command?.includes(data)) return rm(fileIn(data), { force: true });
  progress(`Waiting for the PostgreSQL of an earlier start (process ${file.pid}) to end …`);
  if (await isGone(file.pid, 3)) return;
  signal(file.pid, 'SIGINT');
  if (await isGone(file.pid, 10)) return;
  signal(file.pid, 'SIGQUIT');
  if (await isGone(file.pid, 5)) return;
  throw new EmbeddedPostgresError(`A PostgreSQL of an earlier start (process ${file.pid}) does not end. End it, then start again.`);
}

async function isGone(pid: number, seconds: number): Promise<boolean> {
  for (let tick = 0; tick < seconds * 20; tick++) {
    if (!(await findStartOfProcess(pid))) return true;
    await sleep(50);
  }
  return false;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended, which is what was wanted.
  }
}

function fileIn(data: string): string {
  return path.join(data, 'postmaster.pid');
}
