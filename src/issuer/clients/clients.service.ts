import { Injectable } from '@nestjs/common';
import { Registry, type Client, type ClientSource } from '@countersign/oauth';
import { ApiKeySource } from '../../directory/api-keys/index.js';
import { ApiCredentialSource } from '../../directory/api-resources/index.js';
import { MicroserviceSource } from '../../directory/microservice-identities/index.js';
import { ServicePrincipalSource } from '../../directory/service-principals/index.js';
import { ThirdPartyAppSource } from '../../directory/third-party-apps/index.js';

/** Every identity the issuer knows, whichever module of the directory keeps it. */
@Injectable()
export class Clients {
  private readonly sources: Registry<ClientSource>;

  constructor(
    servicePrincipals: ServicePrincipalSource,
    apiCredentials: ApiCredentialSource,
    microservices: MicroserviceSource,
    apps: ThirdPartyAppSource,
    apiKeys: ApiKeySource,
  ) {
    this.sources = new Registry<ClientSource>('client source', [servicePrincipals, apiCredentials, microservices, apps, apiKeys]);
  }

  /** Unknown ids end here without touching a database: the id's shape says which source may own it. */
  async find(clientId: string): Promise<Client | undefined> {
    for (const source of this.sources) {
      if (source.owns(clientId)) return source.find(clientId);
    }
    return undefined;
  }
}
