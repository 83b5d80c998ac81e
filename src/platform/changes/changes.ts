import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/index.js';

/** What replicas keep in memory. */
export type ChangeTopic = 'clients' | 'apis' | 'signing_keys' | 'revocations' | 'orgs' | 'certificate_authorities' | 'trusted_issuers';

export const CHANGE_CHANNEL = 'countersign_changes';

/** @param key what changed; undefined: anything may have changed (missed notifications, reconnect). */
export type ChangeListener = (key: string | undefined) => void | Promise<void>;

/** Longest time without word from the database after which memory is not trusted; the poll is three times as frequent. */
const CURRENT_MS = 2_000;

/** Tells every replica, this one first, that something it keeps in memory has changed. */
@Injectable()
export class Changes {
  private heardAt = 0;
  private readonly listeners = new Map<ChangeTopic, ChangeListener[]>();

  on(topic: ChangeTopic, listener: ChangeListener): void {
    this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
  }

  /**
   * Raises the topic's version and notifies, both at commit; this process applies it before the commit's caller goes on.
   * The row lock on the version also puts the writers of one topic in order.
   */
  async publish(tx: Transaction, topic: ChangeTopic, key: string): Promise<void> {
    await tx.manager.query(
      `WITH raised AS (INSERT INTO change_versions (topic, version) VALUES ($1, 1)
         ON CONFLICT (topic) DO UPDATE SET version = change_versions.version + 1 RETURNING version)
       SELECT pg_notify('${CHANGE_CHANNEL}', json_build_array($1::text, version, $2::text)::text) FROM raised`,
      [topic, key],
    );
    tx.afterCommit(() => this.apply(topic, key));
  }

  /** Every change that was committed until now has been applied here. */
  heard(): void {
    this.heardAt = Date.now();
  }

  /** False while this replica may have missed changes: then what decides about access is read from the database itself. */
  isCurrent(): boolean {
    return Date.now() - this.heardAt < CURRENT_MS;
  }

  async apply(topic: ChangeTopic, key: string | undefined): Promise<void> {
    for (const listener of this.listeners.get(topic) ?? []) await listener(key);
  }

  async applyAll(): Promise<void> {
    for (const topic of this.listeners.keys()) await this.apply(topic, undefined);
  }
}
