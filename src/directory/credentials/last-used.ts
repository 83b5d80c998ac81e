import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Registry } from '@countersign/oauth';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { Log } from '../../platform/logging/index.js';

const FLUSH_MS = 30_000;
const MAX_SECRETS = 50_000;

/** Where the uses of credentials of one kind are kept. */
export interface UseStore {
  readonly name: string;
  owns(credentialId: string): boolean;
  setLastUsed(tx: Transaction, uses: ReadonlyMap<string, Date>): Promise<void>;
}

/** Remembers when each secret was last used and writes it every 30 seconds: never a write per token. */
@Injectable()
export class LastUsed implements OnApplicationBootstrap, OnApplicationShutdown {
  private uses = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private stores = new Registry<UseStore>('store of uses', []);

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly log: Log,
  ) {}

  add(store: UseStore): void {
    this.stores = new Registry('store of uses', [...this.stores, store]);
  }

  /**
   * Costs a map write. Credentials that nobody stores uses of, such as public keys, are left out; so are the newest beyond the
   * bound, which 50,000 secrets in half a minute would take.
   * @param at milliseconds since 1970
   */
  record(credentialId: string, at = Date.now()): void {
    if (this.uses.has(credentialId) || (this.uses.size < MAX_SECRETS && this.storeOf(credentialId))) this.uses.set(credentialId, at);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  async flush(): Promise<void> {
    const uses = this.uses;
    if (uses.size === 0) return;
    this.uses = new Map();
    for (const store of this.stores) {
      const own = new Map([...uses].flatMap(([id, at]) => (store.owns(id) ? [[id, new Date(at)]] : [])));
      if (own.size > 0) await this.write(store, own);
    }
  }

  private async write(store: UseStore, uses: ReadonlyMap<string, Date>): Promise<void> {
    try {
      await this.transactions.run((tx) => store.setLastUsed(tx, uses));
    } catch (error) {
      this.log.warn('credentials.last_used_not_written', { count: uses.size, error });
      // Kept for the next time; what was recorded since is newer.
      for (const [id, at] of uses) if (!this.uses.has(id)) this.record(id, at.getTime());
    }
  }

  private storeOf(credentialId: string): UseStore | undefined {
    for (const store of this.stores) if (store.owns(credentialId)) return store;
    return undefined;
  }
}
