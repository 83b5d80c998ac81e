import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 15_000;

export interface StartOptions {
  /** The built entry file, such as `dist/src/main.js`. */
  readonly entry: string;
  /** Added to nothing: the child sees only this and PATH. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it must answer before it counts as started. */
  readonly readyUrl: string;
}

/** A Countersign in a process of its own, met only over HTTP. */
export class CountersignProcess {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static async start({ entry, environment, readyUrl }: StartOptions): Promise<CountersignProcess> {
    const child = spawn(process.execPath, [entry], {
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const started = new CountersignProcess(child);
    await started.waitUntilReady(readyUrl);
    return started;
  }

  /** All it has written: for tests of logs. */
  get log(): string {
    return this.output;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(timer);
    return this.child.exitCode;
  }

  async kill(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private async waitUntilReady(url: string): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (Date.now() < deadline) {
      if (this.child.exitCode !== null) throw new Error(`Countersign ended with ${this.child.exitCode}:\n${this.output}`);
      const ready = await fetch(url).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.kill();
    throw new Error(`Countersign was not ready in time:\n${this.output}`);
  }
}
