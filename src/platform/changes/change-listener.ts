import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import { DatabaseConnectionToken, ROLES } from '../database/index.js';
import { Log } from '../logging/index.js';
import { CHANGE_CHANNEL, Changes, type ChangeTopic } from './changes.js';

const POLL_MS = 1_000;
const RECONNECT_MS = 500;

/**
 * Hears changes of other replicas by LISTEN, and reads the version rows each second in case a notification was lost.
 * After a reconnect everything is taken as changed.
 */
@Injectable()
export class ChangeListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly versions = new Map<string, number>();
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  /** Milliseconds since 1970 of the last successful poll; readiness and revocation staleness read it. */
  lastContact = 0;

  constructor(
    @Inject(DatabaseConnectionToken) private readonly connection: DatabaseConnectionToken,
    private readonly changes: Changes,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.connect();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new Client({ connectionString: this.connection.listenUrl, connectionTimeoutMillis: 3_000, query_timeout: 3_000, keepAlive: true, application_name: 'countersign-listen' });
    client.on('error', () => undefined);
    client.on('notification', ({ payload }) => this.hear(payload ?? ''));
    try {
      await client.connect();
      await client.query(`SET ROLE ${ROLES.platform}`);
      await client.query(`LISTEN ${CHANGE_CHANNEL}`);
      this.client = client;
      this.versions.clear();
      await this.poll(client);
      await this.changes.applyAll();
      this.schedule(() => this.pollAgain(client), POLL_MS);
    } catch (error) {
      this.lost(client, error);
    }
  }

  private async pollAgain(client: Client): Promise<void> {
    try {
      await this.poll(client);
      this.schedule(() => this.pollAgain(client), POLL_MS);
    } catch (error) {
      this.lost(client, error);
    }
  }

  private async poll(client: Client): Promise<void> {
    const { rows } = await client.query<{ topic: ChangeTopic; version: string }>('SELECT topic, version FROM change_versions');
    this.lastContact = Date.now();
    for (const { topic, version } of rows) {
      const known = this.versions.get(topic);
      this.versions.set(topic, Number(version));
      if (known !== undefined && known < Number(version)) await this.changes.apply(topic, undefined);
    }
  }

  private hear(payload: string): void {
    const [topic, version, key] = JSON.parse(payload) as [ChangeTopic, number, string];
    // A gap means that a notification was lost: then anything may have changed.
    const expected = (this.versions.get(topic) ?? version - 1) + 1;
    this.versions.set(topic, Math.max(version, expected - 1));
    void Promise.resolve(this.changes.apply(topic, version > expected ? undefined : key)).catch((error: unknown) => this.log.warn('change.apply_failed', { topic, error }));
  }

  private lost(client: Client, error: unknown): void {
    client.removeAllListeners('notification');
    void client.end().catch(() => undefined);
    if (this.stopped) return;
    this.log.warn('change_listener.disconnected', { error });
    this.schedule(() => this.connect(), RECONNECT_MS);
  }

  private schedule(task: () => Promise<void>, ms: number): void {
    if (!this.stopped) this.timer = setTimeout(() => void task(), ms).unref();
  }
}
