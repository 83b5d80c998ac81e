import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseConnectionToken, openPlatformSession, type DatabaseSession } from '../database/index.js';
import { Log } from '../logging/index.js';
import { CHANGE_CHANNEL, Changes, type ChangeTopic } from './changes.js';

const POLL_MS = 700;
const RECONNECT_MS = 500;

/**
 * Hears changes of other replicas by LISTEN, and reads the version rows every 0.7 s in case a notification was lost.
 * After a reconnect everything is taken as changed.
 */
@Injectable()
export class ChangeListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly versions = new Map<string, number>();
  private session: DatabaseSession | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

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
    await this.session?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    try {
      const session = await openPlatformSession(this.connection.listenUrl, 'countersign-listen');
      this.session = session;
      session.on('notification', ({ payload }) => this.hear(payload ?? ''));
      await session.query(`LISTEN ${CHANGE_CHANNEL}`);
      this.versions.clear();
      await this.poll(session);
      await this.changes.applyAll();
      this.changes.heard();
      this.schedule(() => this.pollAgain(session), POLL_MS);
    } catch (error) {
      this.lost(error);
    }
  }

  private async pollAgain(session: DatabaseSession): Promise<void> {
    try {
      await this.poll(session);
      this.changes.heard();
      this.schedule(() => this.pollAgain(session), POLL_MS);
    } catch (error) {
      this.lost(error);
    }
  }

  private async poll(session: DatabaseSession): Promise<void> {
    const { rows } = await session.query<{ topic: ChangeTopic; version: string }>('SELECT topic, version FROM change_versions');
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
    void Promise.resolve(this.changes.apply(topic, version > expected ? undefined : key)).catch((error: unknown) =>
      this.log.warn('change.apply_failed', { topic, error }),
    );
  }

  private lost(reason: unknown): void {
    this.session?.removeAllListeners('notification');
    void this.session?.end().catch(() => undefined);
    if (this.stopped) return;
    this.log.warn('change_listener.disconnected', { error: reason });
    this.schedule(() => this.connect(), RECONNECT_MS);
  }

  private schedule(task: () => Promise<void>, ms: number): void {
    if (!this.stopped) this.timer = setTimeout(() => void task(), ms).unref();
  }
}
