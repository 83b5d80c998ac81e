import { Injectable } from '@nestjs/common';
import type { Client, ClientSource } from '@countersign/oauth';
import { Changes } from '../../platform/changes/index.js';
import { isId } from '../../platform/crypto/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { ClientCache } from '../credentials/index.js';
import { AppClientsRepository } from './app-clients.repository.js';

/** Apps and agents as the issuer knows them, kept in memory until they change. */
@Injectable()
export class ThirdPartyAppSource implements ClientSource {
  readonly name = 'third-party-apps';
  private readonly cache = new ClientCache((clientId) => this.transactions.run((tx) => this.repository.find(tx, clientId)));

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: AppClientsRepository,
    private readonly changes: Changes,
  ) {
    changes.on('clients', (id) => (id === undefined ? this.cache.forgetAll() : this.cache.forget(id)));
    // Its publisher may have been suspended, or a scope or a whole API be gone from anyone's grants.
    changes.on('orgs', () => this.cache.forgetAll());
    changes.on('apis', () => this.cache.forgetAll());
  }

  owns(clientId: string): boolean {
    return isId(clientId, 'app');
  }

  find(clientId: string): Promise<Client | undefined> {
    // A replica that may have missed changes asks the database: an app that was suspended elsewhere must not get in.
    if (!this.changes.isCurrent()) this.cache.forget(clientId);
    return this.cache.find(clientId);
  }

  /** As the database has it now, after a change that was made here. */
  findAnew(clientId: string): Promise<Client | undefined> {
    this.cache.forget(clientId);
    return this.cache.find(clientId);
  }

  /** Many at once, as the database has them; those that do not exist are missing. */
  async findAll(clientIds: readonly string[]): Promise<ReadonlyMap<string, Client>> {
    if (clientIds.length === 0) return new Map();
    const clients = await this.transactions.run((tx) => this.repository.list(tx, clientIds));
    return new Map(clients.map((client) => [client.id, client]));
  }
}
