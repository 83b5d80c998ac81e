import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/launch.js';
import { pause } from './product.js';

export const hasPgBouncer = spawnSync('pgbouncer', ['--version']).status === 0;

/** PgBouncer in transaction mode with fewer connections than its clients hold, so that transactions of one share them with others. */
export class TransactionPooler {
  private constructor(
    private readonly port: number,
    private readonly stopServer: () => Promise<void>,
  ) {}

  static async before(databaseUrl: string): Promise<TransactionPooler> {
    const { hostname, port: databasePort, username, password } = new URL(databaseUrl);
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'countersign-pooler-'));
    writeFileSync(join(folder, 'users.txt'), `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`, { mode: 0o644 });
    const settings = [
      '[databases]',
      `* = host=${hostname} port=${databasePort}`,
      '[pgbouncer]',
      `listen_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =`,
      `auth_type = scram-sha-256\nauth_file = ${join(folder, 'users.txt')}`,
      'pool_mode = transaction\ndefault_pool_size = 2\nmax_client_conn = 200',
    ];
    writeFileSync(join(folder, 'pgbouncer.ini'), settings.join('\n'), { mode: 0o644 });
    chmodSync(folder, 0o755);
    // It refuses to run as root, and can change to another account by itself.
    const account = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const child = spawn('pgbouncer', ['--quiet', ...account, join(folder, 'pgbouncer.ini')], { stdio: ['ignore', 'ignore', 'inherit'] });
    const pooler = new TransactionPooler(port, async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    });
    await pooler.listening();
    return pooler;
  }

  /** The same database and login, by way of the pooler. */
  urlFor(databaseUrl: string): string {
    return Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(this.port) }).href;
  }

  stop(): Promise<void> {
    return this.stopServer();
  }

  private async listening(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const socket = connect(this.port, '127.0.0.1');
      const isOpen = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(
        () => false,
      );
      socket.destroy();
      if (isOpen) return;
      await pause(50);
    }
    throw new Error('PgBouncer did not start.');
  }
}
