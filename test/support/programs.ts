import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/** A program that listens on PORT when it says so. */
export async function startProgram(command: string, args: string[], environment: Record<string, string>): Promise<Running> {
  const program = spawn(command, args, { env: { PATH: process.env['PATH'] ?? '', ...environment }, stdio: ['ignore', 'pipe', 'ignore'] });
  await Promise.race([once(program.stdout, 'data'), once(program, 'exit').then(() => Promise.reject(new Error(`${command} ended.`)))]);
  return { url: `http://127.0.0.1:${environment['PORT']}`, stop: () => end(program) };
}

/** Waits until somebody answers there. */
export async function answers(url: string, program: ChildProcess): Promise<void> {
  for (let i = 0; i < 100 && program.exitCode === null; i++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} does not answer.`);
}

export async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  program.kill();
  await once(program, 'exit');
}

export function isOnPath(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}
