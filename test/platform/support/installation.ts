import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { removeEmbeddedPostgres } from '../../../src/platform/database/embedded/index.js';
import type { Credential } from '../../support/requests.js';
import { ENTRY, listeners, newOperator, operatorSettings, Product, UNLIMITED, type Environment } from './product.js';

/** The product with an embedded PostgreSQL of its own, which tests may kill. Without the demo, unless they ask for it. */
export class Installation {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'countersign-installation-'));
  readonly operator: Credential = newOperator();
  private process: Product | undefined;

  private constructor(
    readonly url: string,
    readonly readyUrl: string,
    private readonly environment: Environment,
    private readonly entry: string,
  ) {}

  static async make(environment: Environment = {}, entry = ENTRY): Promise<Installation> {
    const { url, readyUrl, environment: ports } = await listeners();
    return new Installation(url, readyUrl, { ...ports, ...environment }, entry);
  }

  async start(): Promise<Product> {
    this.process = Product.run(
      {
        NODE_ENV: 'development',
        DEMO: 'false',
        DATA_DIR: this.dataDir,
        ...UNLIMITED,
        ...operatorSettings(this.operator),
        ...this.environment,
      },
      this.entry,
    );
    return this.process.ready(this.readyUrl);
  }

  async kill(): Promise<void> {
    await this.process?.stop('SIGKILL');
  }

  async sql<T extends object>(text: string, values?: unknown[]): Promise<T[]> {
    const client = new Client({ connectionString: this.superuserUrl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Process id of the postmaster. */
  async postmaster(): Promise<number> {
    const [row] = await this.sql<{ pid: string }>(`SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`);
    return Number(row?.pid);
  }

  async remove(): Promise<void> {
    await this.process?.stop();
    await removeEmbeddedPostgres(this.dataDir);
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private get superuserUrl(): string {
    const { port, password } = JSON.parse(readFileSync(join(this.dataDir, 'postgres.json'), 'utf8')) as { port: number; password: string };
    return `postgres://postgres:${password}@127.0.0.1:${port}/countersign`;
  }
}
