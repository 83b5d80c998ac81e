import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** When the process began, in the system's own words; a pid alone may since belong to somebody else. */
export async function findStartOfProcess(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return askPs(pid, 'lstart=');
  const stat = await readProc(pid, 'stat');
  return stat === undefined ? undefined : startFromStat(stat);
}

export async function findCommandOfProcess(pid: number): Promise<string[] | undefined> {
  if (process.platform !== 'linux') return (await askPs(pid, 'command='))?.split(' ');
  const command = await readProc(pid, 'cmdline');
  return command ? command.split('\0').filter((word) => word !== '') : undefined;
}

/** Field 22 of proc(5) stat; a zombie counts as gone. The name in brackets may itself hold brackets and spaces. */
export function startFromStat(stat: string): string | undefined {
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : rest[18];
}

async function readProc(pid: number, file: string): Promise<string | undefined> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => undefined);
}

async function askPs(pid: number, column: string): Promise<string | undefined> {
  const answer = await run('ps', ['-o', column, '-p', String(pid)]).catch(() => undefined);
  return answer?.stdout.trim() || undefined;
}
