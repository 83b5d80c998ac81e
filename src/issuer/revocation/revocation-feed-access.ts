import { Injectable } from '@nestjs/common';
import { ApiCatalogue, type CatalogueApi } from '../../directory/api-resources/index.js';
import type { ApiClient, CertifiedService } from '../client-auth/index.js';
import { Clients } from '../clients/index.js';

/** Whether a stream that is open may stay so. */
@Injectable()
export class RevocationFeedAccess {
  constructor(
    private readonly catalogue: ApiCatalogue,
    private readonly clients: Clients,
  ) {}

  /** The API as it is now; undefined when it was deleted or disabled. */
  api(id: string): CatalogueApi | undefined {
    const api = this.catalogue.byId(id);
    return api?.active ? api : undefined;
  }

  /** Those of them that would not be let in any more. */
  async unwelcome(clients: readonly ApiClient[]): Promise<ReadonlySet<ApiClient>> {
    try {
      const verdicts = await Promise.all(clients.map((client) => this.isAdmitted(client)));
      return new Set(clients.filter((_, i) => !verdicts[i]));
    } catch {
      // The database is away: nobody new comes in, and who is in hears that nothing is proven.
      return new Set();
    }
  }

  private isAdmitted({ api, credentialId, service }: ApiClient): Promise<boolean> {
    return service ? this.isAdmittedService(service) : this.isLiveSecret(api.id, credentialId);
  }

  private async isLiveSecret(apiId: string, credentialId: string): Promise<boolean> {
    const client = await this.clients.find(apiId);
    const secret = client?.active ? client.secrets.find(({ id }) => id === credentialId) : undefined;
    return secret !== undefined && (!secret.expiresAt || secret.expiresAt.getTime() > Date.now());
  }

  /** A stream has no next request at which the dates of the certificate would be looked at. */
  private async isAdmittedService({ id, spiffeId, validUntil }: CertifiedService): Promise<boolean> {
    if (validUntil <= Date.now()) return false;
    const client = await this.clients.find(id);
    return client !== undefined && client.active && client.authMethod === 'tls_client_auth' && client.spiffeId === spiffeId;
  }
}
