import { Injectable } from '@nestjs/common';
import type { Client, ClientSource } from '@countersign/oauth';
import { Changes } from '../../platform/changes/index.js';
import { isId } from '../../platform/crypto/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { ClientCache } from '../credentials/index.js';
import { MicroserviceClientsRepository } from './microservice-clients.repository.js';

/** Microservices as the internal issuer knows them, with what their call policies allow; kept in memory until they change. */
@Injectable()
export class MicroserviceSource implements ClientSource {
  readonly name = 'microservices';
  private readonly cache = new ClientCache((clientId) => this.transactions.run((tx) => this.repository.find(tx, clientId)));

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: MicroserviceClientsRepository,
    private readonly changes: Changes,
  ) {
    changes.on('clients', (id) => (id === undefined ? this.cache.forgetAll() : this.cache.forget(id)));
    changes.on('apis', () => this.cache.forgetAll());
  }

  owns(clientId: string): boolean {
    return isId(clientId, 'svc');
  }

  find(clientId: string): Promise<Client | undefined> {
    // A replica that may have missed changes asks the database: a service that was disabled elsewhere must not get in.
    return this.changes.isCurrent() ? this.cache.find(clientId) : this.cache.findFresh(clientId);
  }

  /** The microservice with this SPIFFE id, whatever its state. From the database: who asks so is seldom. */
  idOf(spiffeId: string): Promise<string | undefined> {
    return this.transactions.run((tx) => this.repository.findId(tx, spiffeId));
  }
}
