import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** A way to the database that can be cut: `down` refuses and resets, `silent` keeps connections and lets nothing through. */
export class DatabaseProxy {
  private state: 'open' | 'silent' | 'down' = 'open';
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private server: Server | undefined;
  private port = 0;

  private constructor(private readonly target: URL) {}

  static async before(databaseUrl: string): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(new URL(databaseUrl));
    await proxy.listen();
    return proxy;
  }

  /** The same database and login, by way of this proxy. */
  urlFor(databaseUrl: string): string {
    return Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(this.port) }).href;
  }

  get connections(): number {
    return this.pairs.size;
  }

  async down(): Promise<void> {
    this.state = 'down';
    const closed = this.server && once(this.server, 'close');
    this.server?.close();
    for (const pair of this.pairs) pair.forEach((socket) => socket.resetAndDestroy());
    await closed;
  }

  silent(): void {
    this.state = 'silent';
    for (const pair of this.pairs) pair.forEach((socket) => socket.pause());
  }

  /** What was held back arrives now. */
  async up(): Promise<void> {
    const was = this.state;
    this.state = 'open';
    if (was === 'down') return this.listen();
    for (const pair of this.pairs) pair.forEach((socket) => socket.resume());
  }

  async close(): Promise<void> {
    if (this.state !== 'down') await this.down();
  }

  private async listen(): Promise<void> {
    this.server = createServer((near) => this.join(near)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as { port: number }).port;
  }

  private join(near: Socket): void {
    const far = connect(Number(this.target.port), this.target.hostname);
    const pair = [near, far] as const;
    this.pairs.add(pair);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('data', (chunk) => other.write(chunk));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        other.destroy();
      });
    }
    if (this.state === 'silent') pair.forEach((socket) => socket.pause());
  }
}
