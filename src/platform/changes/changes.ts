import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/index.js';

/** What replicas keep in memory. */
export type ChangeTopic = 'clients' | 'apis' | 'signing_keys' | 'revocations' | 'orgs';

export const CHANGE_CHANNEL = 'countersign_changes';

/** @param key what changed; undefined: anything may have changed (missed notifications, reconnect). */
export type ChangeListener = (key: string | undefined) => void | Promise<void>;

/** Tells every replica, this one first, that something it keeps in memory has changed. */
@Injectable()
export class Changes {
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

  async apply(topic: ChangeTopic, key: string | undefined): Promise<void> {
    for (const listener of this.listeners.get(topic) ?? []) await listener(key);
  }

  async applyAll(): Promise<void> {
    for (const topic of this.listeners.keys()) await this.apply(topic, undefined);
  }
}
