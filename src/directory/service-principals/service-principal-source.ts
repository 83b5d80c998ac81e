import { Injectable } from '@nestjs/common';
import type { Client, ClientSource } from '@countersign/oauth';
import { Changes } from '../../platform/changes/index.js';
import { isId } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { ClientCache } from '../credentials/index.js';
import { ClientsRepository } from './clients.repository.js';

/** Service principals as the issuer knows them, kept in memory until they change. */
@Injectable()
export class ServicePrincipalSource implements ClientSource {
  readonly name = 'service-principals';
  private readonly cache = new ClientCache((clientId) => this.transactions.run((tx) => this.repository.find(tx, clientId)));

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: ClientsRepository,
    private readonly changes: Changes,
  ) {
    changes.on('clients', (id) => (id === undefined ? this.cache.forgetAll() : this.cache.forget(id)));
    changes.on('orgs', (id) => (id === undefined ? this.cache.forgetAll() : this.cache.forgetOrg(id)));
    // A scope or a whole API may be gone from anyone's grants.
    changes.on('apis', () => this.cache.forgetAll());
  }

  owns(clientId: string): boolean {
    return isId(clientId, 'sp');
  }

  find(clientId: string): Promise<Client | undefined> {
    // A replica that may have missed changes asks the database: a client that was disabled elsewhere must not get in.
    return this.changes.isCurrent() ? this.cache.find(clientId) : this.cache.findFresh(clientId);
  }

  /** To which organizations clients belong; those of none, and unknown ones, are left out. */
  orgsOf(tx: Transaction, clientIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.repository.orgsOf(tx, clientIds);
  }
}
