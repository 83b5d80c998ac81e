import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { RevocationList, type RevocationEntry, type RevocationKind } from '@countersign/resource-server';
import { Changes } from '../../platform/changes/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { RevocationRepository } from './revocation.repository.js';

const PRUNE_MS = 60_000;
const RETRY_MS = 500;
/** 24 h, the longest lifetime of any token, and some minutes for clocks that differ. */
const LONGEST_TOKEN_LIFETIME_SECONDS = 24 * 3_600 + 600;

export interface Revocation {
  readonly kind: RevocationKind;
  readonly value: string;
  readonly orgId?: string | undefined;
  /** When the last token it can concern has expired; undefined: after the longest lifetime there is. */
  readonly expiresAt?: Date | undefined;
}

/** Hears of entries that were added to the list. Must not throw. */
export type RevocationListener = (entries: readonly RevocationEntry[]) => void;

/** Writes the revocation table, and keeps this process's copy of it for the guards. */
@Injectable()
export class Revocations implements OnModuleInit, OnApplicationShutdown {
  /** What the guards of this process ask on every request. */
  readonly list = new RevocationList();
  private readonly listeners: RevocationListener[] = [];
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  /** The last read failed, and nobody will announce again what it would have brought. */
  private isBehind = false;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: RevocationRepository,
    private readonly changes: Changes,
    private readonly reaper: Reaper,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.pull();
    this.changes.on('revocations', () => this.pull());
    this.reaper.add({ name: 'revocations', reap: (tx, limit) => this.repository.reap(tx, limit) });
    this.timer = setInterval(() => this.list.prune(Date.now() / 1000), PRUNE_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    clearTimeout(this.retry);
  }

  /** From the first entries on, for who asks before the module starts. */
  onApplied(listener: RevocationListener): void {
    this.listeners.push(listener);
  }

  /** Afterwards the list holds everything that was committed two seconds ago. @throws when the database cannot be read. */
  async ensureCurrent(): Promise<void> {
    // A read that was announced may still wait for a connection.
    if (this.running !== undefined || this.isBehind || !this.changes.isCurrent()) await this.pull();
  }

  /** In the transaction of the change that demands it; the guards of this process refuse before the caller hears of the commit. */
  revoke(tx: Transaction, revocation: Revocation): Promise<void> {
    return this.revokeAll(tx, [revocation]);
  }

  /** Last in the transaction: everybody else who revokes waits for its end. */
  async revokeAll(tx: Transaction, revocations: readonly Revocation[]): Promise<void> {
    const [first] = revocations;
    if (!first) return;
    const longest = new Date(Date.now() + LONGEST_TOKEN_LIFETIME_SECONDS * 1000);
    await this.repository.insert(
      tx,
      revocations.map(({ kind, value, orgId, expiresAt = longest }) => ({ kind, value, orgId, expiresAt })),
    );
    // Who hears of it reads all that is new.
    await this.changes.publish(tx, 'revocations', `${first.kind}:${first.value}`);
  }

  /** Reads what is new. One read at a time; a caller that comes while one runs waits for the next, which must see its commit. */
  private pull(): Promise<void> {
    if (!this.running) {
      this.running = this.read().finally(() => (this.running = undefined));
      return this.running;
    }
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.pull();
      });
    return this.next;
  }

  private async read(): Promise<void> {
    try {
      const entries = await this.transactions.run((tx) => this.repository.listAfter(tx, this.list.lastSeq));
      this.list.apply(entries);
      this.isBehind = false;
      if (entries.length > 0) for (const listener of this.listeners) listener(entries);
    } catch (error) {
      this.isBehind = true;
      this.retry ??= setTimeout(() => this.tryAgain(), RETRY_MS).unref();
      throw error;
    }
  }

  private tryAgain(): void {
    this.retry = undefined;
    void this.pull().catch(() => undefined);
  }
}
