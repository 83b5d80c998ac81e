import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { inject } from 'vitest';
import type { HostedStart } from './server-hosts.js';

/** One server in a process that is kept for the next test file; what a test sees of a process of its own. */
export class HostedServer {
  private stopping: Promise<number | null> | undefined;

  private constructor(private readonly started: HostedStart) {}

  static async start(environment: Readonly<Record<string, string>>): Promise<HostedServer> {
    const server = new HostedServer((await ask('POST', '/', environment)) as HostedStart);
    if (server.pid === 0) throw new Error(`Countersign did not start:\n${server.log}`);
    return server;
  }

  get pid(): number {
    return this.started.pid;
  }

  /** All it has written: for tests of logs. */
  get log(): string {
    const { logFile, logFrom } = this.started;
    const file = openSync(logFile, 'r');
    try {
      const written = Buffer.alloc(statSync(logFile).size - logFrom);
      return written.toString('utf8', 0, readSync(file, written, 0, written.length, logFrom));
    } finally {
      closeSync(file);
    }
  }

  /** The exit code that the process would have ended with. */
  stop(): Promise<number | null> {
    return (this.stopping ??= this.end('DELETE', `/${this.started.id}`));
  }

  async kill(): Promise<void> {
    await (this.stopping ??= this.end('POST', `/${this.started.id}/kill`));
  }

  private async end(method: string, path: string): Promise<number | null> {
    return ((await ask(method, path)) as { code: number | null }).code;
  }
}

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${inject('hosts')}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
