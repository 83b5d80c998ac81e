import { Client } from 'pg';
import { inject } from 'vitest';
import type { TestServer } from './countersign.js';

const PATIENCE_MS = 5_000;

/** A transaction of the superuser that stays open, so that requests come to stand at what it has locked. */
export class OpenTransaction {
  private constructor(
    private readonly server: TestServer,
    private readonly client: Client,
  ) {}

  static async begin(server: TestServer): Promise<OpenTransaction> {
    const url = Object.assign(new URL(inject('cluster').superuserUrl), { pathname: new URL(server.files.runtimeUrl).pathname });
    const client = new Client({ connectionString: url.href });
    await client.connect();
    await client.query('BEGIN');
    return new OpenTransaction(server, client);
  }

  async run(text: string, values: unknown[] = []): Promise<void> {
    await this.client.query(text, values);
  }

  /** Until so many wait for a lock, this transaction's or one another's. */
  async untilWaiting(count = 1): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (let waiting = 0; waiting < count;) {
      if (Date.now() > end) throw new Error(`${waiting} wait instead of ${count}.`);
      waiting = (await this.server.sql(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`))
        .length;
    }
  }

  async commit(): Promise<void> {
    await this.client.query('COMMIT');
    await this.client.end();
  }
}
