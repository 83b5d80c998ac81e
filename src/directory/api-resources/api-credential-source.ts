import { Injectable } from '@nestjs/common';
import type { Client, ClientSource } from '@countersign/oauth';
import { Changes } from '../../platform/changes/index.js';
import { isId } from '../../platform/crypto/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { ClientCache, ClientSecrets } from '../credentials/index.js';
import { ApiResourcesRepository } from './api-resources.repository.js';

/** An API as a client of the issuer: its own guards authenticate as it for introspection, feed and usage reports. It gets no tokens. */
@Injectable()
export class ApiCredentialSource implements ClientSource {
  readonly name = 'api-credentials';
  private readonly cache = new ClientCache((clientId) => this.load(clientId));

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly apis: ApiResourcesRepository,
    private readonly secrets: ClientSecrets,
    private readonly changes: Changes,
  ) {
    const forget = (key: string | undefined): void => (key === undefined ? this.cache.forgetAll() : this.cache.forget(key));
    changes.on('apis', forget);
    changes.on('clients', forget);
  }

  owns(clientId: string): boolean {
    return isId(clientId, 'api');
  }

  find(clientId: string): Promise<Client | undefined> {
    // A replica that may have missed changes asks the database: a client that was disabled elsewhere must not get in.
    return this.changes.isCurrent() ? this.cache.find(clientId) : this.cache.findFresh(clientId);
  }

  private load(clientId: string): Promise<Client | undefined> {
    return this.transactions.run(async (tx) => {
      const api = await this.apis.find(tx, clientId);
      if (!api) return undefined;
      const secrets = await this.secrets.list(tx, clientId);
      return {
        id: api.id,
        displayName: api.name,
        zone: api.zone,
        principalType: 'service_principal',
        orgId: undefined,
        active: api.status === 'active',
        authMethod: 'client_secret',
        grantTypes: [],
        grants: [],
        tokenLifetimeSeconds: undefined,
        allowedNetworks: [],
        jwks: undefined,
        jwksUri: undefined,
        secrets: secrets.map((secret) => secret.toDigest()),
      };
    });
  }
}
