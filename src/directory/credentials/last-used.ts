import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PlatformTransactions } from '../../platform/database/index.js';
import { Log } from '../../platform/logging/index.js';
import { ClientSecretsRepository } from './client-secrets.repository.js';

const FLUSH_MS = 30_000;
const MAX_SECRETS = 50_000;

/** Remembers when each secret was last used and writes it every 30 seconds: never a write per token. */
@Injectable()
export class LastUsed implements OnApplicationBootstrap, OnApplicationShutdown {
  private uses = new Map<string, Date>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly secrets: ClientSecretsRepository,
    private readonly log: Log,
  ) {}

  /**
   * Costs a map write. Credentials that are not stored secrets, such as keys, are left out; so are the newest beyond the
   * bound, which 50,000 secrets in half a minute would take.
   */
  record(credentialId: string, at = new Date()): void {
    if (!credentialId.startsWith('sec_')) return;
    if (this.uses.size < MAX_SECRETS || this.uses.has(credentialId)) this.uses.set(credentialId, at);
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
    try {
      await this.transactions.run((tx) => this.secrets.setLastUsed(tx, uses));
    } catch (error) {
      this.log.warn('credentials.last_used_not_written', { count: uses.size, error });
      // Kept for the next time; what was recorded since is newer.
      for (const [id, at] of uses) if (!this.uses.has(id)) this.record(id, at);
    }
  }
}
