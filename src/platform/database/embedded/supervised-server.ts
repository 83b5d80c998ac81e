import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { readPostmasterFile } from './postmaster-file.js';
import type { ServerAccount } from './server-account.js';
import { readTail, sizeOf } from './server-log.js';
import { SUPERVISOR } from './supervisor.js';

const READY_WITHIN_MS = 120_000;

export interface ServerPlan {
  readonly postgres: string;
  readonly args: string[];
  readonly data: string;
  readonly log: string;
  readonly cwd: string;
  readonly account: ServerAccount | undefined;
}

/** One run of the server, from start to end. */
export interface SupervisedServer {
  /** How it ended, for people: "exit code 1", "signal 9". */
  readonly ended: Promise<string>;
  requestStop(): void;
}

export async function startServer(plan: ServerPlan): Promise<SupervisedServer> {
  const logOffset = await sizeOf(plan.log);
  const supervisor = spawnSupervisor(plan);
  let end: string | undefined;
  const ended = new Promise<string>((resolve) => {
    supervisor.once('exit', (code, signal) => resolve(describeEnd(code, signal)));
    supervisor.once('error', (error) => resolve(error.message));
  }).then((description) => (end = description));
  const requestStop = () => supervisor.stdin?.end();
  const pid = await firstLine(supervisor, ended);
  const deadline = Date.now() + READY_WITHIN_MS;
  // eslint-disable-next-line no-unmodified-loop-condition -- set when the supervisor ends
  while (end === undefined && Date.now() < deadline) {
    const file = await readPostmasterFile(plan.data);
    if (file?.isReady && file.pid === pid) return { ended, requestStop };
    await sleep(20);
  }
  requestStop();
  throw new EmbeddedPostgresError(
    `PostgreSQL did not start (${end ?? 'not ready after 120 s'}). The end of ${plan.log}:\n${await readTail(plan.log, logOffset)}`,
  );
}

function spawnSupervisor(plan: ServerPlan): ChildProcess {
  const supervisor = spawn('/bin/sh', ['-c', SUPERVISOR, 'countersign-postgres', plan.log, plan.postgres, ...plan.args], {
    cwd: plan.cwd,
    // None of PGDATA, PGPORT or the application's secrets reach the server.
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    ...plan.account,
  });
  // Closing a pipe whose reader was killed must not bring the application down.
  supervisor.stdin?.on('error', () => undefined);
  return supervisor;
}

async function firstLine(supervisor: ChildProcess, ended: Promise<string>): Promise<number> {
  const printed = new Promise<number>((resolve) => {
    supervisor.stdout?.once('data', (text: Buffer) => resolve(Number(text.toString())));
  });
  return Promise.race([printed, ended.then(() => 0)]);
}

/** A shell reports the signal of its child as 128 + n. */
export function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `supervisor ended by ${signal}`;
  return code !== null && code > 128 ? `signal ${code - 128}` : `exit code ${code}`;
}
