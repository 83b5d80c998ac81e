import { Injectable } from '@nestjs/common';
import { Registry, type Client, type ClientSource } from '@countersign/oauth';
import { ApiKeySource } from '../../directory/api-keys/index.js';
import { ApiCredentialSource } from '../../directory/api-resources/index.js';
import { MicroserviceSource } from '../../directory/microservice-identities/index.js';
import { ServicePrincipalSource } from '../../directory/service-principals/index.js';
import { ThirdPartyAppSource } from '../../directory/third-party-apps/index.js';
import { MetadataDocumentSource } from '../registration/index.js';

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
    documents: MetadataDocumentSource,
  ) {
    this.sources = new Registry<ClientSource>('client source', [
      servicePrincipals,
      apiCredentials,
      microservices,
      apps,
      apiKeys,
      documents,
    ]);
  }

  /** Unknown ids end here without touching a database: the id's shape says which source may own it. */
  async find(clientId: string, asker?: string): Promise<Client | undefined> {
    return this.sourceOf(clientId)?.find(clientId, asker);
  }

  /** Why there is no such client, for a person; undefined where nobody is told. */
  explain(clientId: string): string | undefined {
    return this.sourceOf(clientId)?.explain?.(clientId);
  }

  /** Stores a client that was only read so far, because something is about to refer to it. */
  async keep(client: Client): Promise<void> {
    await this.sourceOf(client.id)?.keep?.(client);
  }

  private sourceOf(clientId: string): ClientSource | undefined {
    for (const source of this.sources) if (source.owns(clientId)) return source;
    return undefined;
  }
}
