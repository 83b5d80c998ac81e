import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const BIN = resolve('dist/libs/rs-check/src/main.js');

export interface JsonReport {
  summary: Record<'failed' | 'passed' | 'skipped' | 'inconclusive', number>;
  results: { id: string; verdict: string; severity: string; reason?: string; trials: JsonTrial[] }[];
}

interface JsonTrial {
  label: string;
  problem?: { kind: string; text: string };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a user runs it: plain node, and of the environment only what is given. */
export function rsCheck(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const child = spawn(process.execPath, [BIN, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
  return new Promise((done, reject) => child.once('error', reject).once('close', (code) => done({ code, ...output })));
}

/** The JSON report, or the test fails here with the command's words. */
export function reportOf({ stdout, stderr }: Finished): JsonReport {
  if (!stdout.startsWith('{')) throw new Error(`No report: ${stdout}${stderr}`);
  return JSON.parse(stdout) as JsonReport;
}

export function idsOf({ results }: JsonReport, verdict: string): string[] {
  return results.filter((result) => result.verdict === verdict).map(({ id }) => id);
}

/** `check: request: problem` of everything that is wrong. */
export function problemsOf({ results }: JsonReport): string[] {
  return results.flatMap(({ id, trials }) => trials.flatMap(({ label, problem }) => (problem ? [`${id}: ${label}: ${problem.text}`] : [])));
}

/** One of the APIs in examples/broken-apis, running. */
export class SampleApi {
  private constructor(private readonly child: ChildProcess) {}

  static async start(name: string, environment: Readonly<Record<string, string>>): Promise<SampleApi> {
    const child = spawn(process.execPath, [`examples/broken-apis/${name}.mjs`], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout!, 'data');
    return new SampleApi(child);
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.kill();
    await exit;
  }
}
