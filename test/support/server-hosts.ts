import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A server of a test file, in one of the processes that are kept for the next file. */
export interface HostedStart {
  readonly id: string;
  readonly pid: number;
  /** What the process writes, and from which byte on it is this server's. */
  readonly logFile: string;
  readonly logFrom: number;
}

interface Host {
  readonly child: ChildProcess;
  readonly logFile: string;
  /** Messages of the child are answers to what it was told last. */
  readonly loaded: Promise<unknown>;
  servers: number;
}

const ENTRY = new URL('server-host.mjs', import.meta.url).pathname;
/** What a stopped server leaves behind in its process must not add up. */
const SERVERS_PER_HOST = 15;

/**
 * Processes with the product's modules loaded, each with one server at a time and a fresh one for each start.
 * Test files run in processes of their own, so they ask over HTTP: `POST /` with the environment, `DELETE /{id}`, `POST /{id}/kill`.
 */
export class ServerHosts {
  private readonly idle: Host[] = [];
  private readonly busy = new Map<string, Host>();
  private readonly all = new Set<Host>();

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
  ) {}

  static async open(folder: string): Promise<ServerHosts> {
    mkdirSync(folder, { recursive: true });
    const hosts = new ServerHosts(folder, createServer());
    hosts.server.on('request', (request: IncomingMessage, response) => {
      hosts.answer(request).then(
        (body) => response.end(JSON.stringify(body)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
    hosts.server.listen(0, '127.0.0.1');
    await once(hosts.server, 'listening');
    return hosts;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const { child } of this.all) child.kill('SIGKILL');
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage): Promise<unknown> {
    const [, id = '', action] = (request.url ?? '/').split('/');
    if (id === '') return this.start(JSON.parse(await text(request)) as Record<string, string>);
    const host = this.busy.get(id);
    if (!host) return { code: null };
    this.busy.delete(id);
    return { code: action === 'kill' ? await this.end(host, 'SIGKILL') : await this.stop(host) };
  }

  private async start(environment: Record<string, string>): Promise<HostedStart> {
    const host = this.idleHost() ?? this.spawn();
    await host.loaded;
    const logFrom = statSync(host.logFile).size;
    host.servers += 1;
    const answer = await tell(host, { start: environment });
    const id = randomUUID();
    if (!answer.started) {
      await this.end(host, 'SIGKILL');
      return { id, pid: 0, logFile: host.logFile, logFrom };
    }
    this.busy.set(id, host);
    return { id, pid: host.child.pid ?? 0, logFile: host.logFile, logFrom };
  }

  /** One that has ended since its server stopped is no use, and what ended it is a fault of the product: it is said. */
  private idleHost(): Host | undefined {
    for (let host = this.idle.pop(); host; host = this.idle.pop()) {
      if (host.child.connected) return host;
      this.all.delete(host);
      process.stderr.write(
        `A process ended after its server had stopped: ${host.logFile}\n${readFileSync(host.logFile, 'utf8').slice(-2_000)}\n`,
      );
    }
    return undefined;
  }

  private async stop(host: Host): Promise<number | null> {
    const { stopped } = await tell(host, { stop: true });
    if (!stopped) return this.end(host);
    if (host.servers < SERVERS_PER_HOST) this.idle.push(host);
    else await this.end(host, 'SIGKILL');
    return 0;
  }

  private async end(host: Host, signal?: 'SIGKILL'): Promise<number | null> {
    this.all.delete(host);
    const { child } = host;
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      if (signal) child.kill(signal);
      await exit;
    }
    return child.exitCode;
  }

  private spawn(): Host {
    const logFile = join(this.folder, `host-${randomUUID()}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, [ENTRY], { env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    const host = { child, logFile, loaded: Promise.race([once(child, 'message'), once(child, 'exit')]), servers: 0 };
    this.all.add(host);
    return host;
  }
}

interface HostAnswer {
  readonly started?: boolean;
  readonly stopped?: boolean;
}

/** The child's answer, or nothing when it ended. */
function tell({ child }: Host, message: object): Promise<HostAnswer> {
  if (!child.connected) return Promise.resolve({});
  return new Promise((resolve) => {
    const answered = (answer: HostAnswer): void => {
      child.off('exit', ended);
      resolve(answer);
    };
    const ended = (): void => {
      child.off('message', answered);
      resolve({});
    };
    child.once('message', answered);
    child.once('exit', ended);
    child.send(message);
  });
}
