import { Injectable } from '@nestjs/common';
import { ApiCatalogue, type CatalogueApi } from '../../directory/api-resources/index.js';
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

  /** The secrets with which its guards may come in; undefined when that cannot be told now. */
  async credentialIds(apiId: string): Promise<ReadonlySet<string> | undefined> {
    try {
      const client = await this.clients.find(apiId);
      const live = client?.active ? client.secrets.filter(({ expiresAt }) => !expiresAt || expiresAt.getTime() > Date.now()) : [];
      return new Set(live.map(({ id }) => id));
    } catch {
      // The database is away: nobody new comes in, and who is in hears that nothing is proven.
      return undefined;
    }
  }
}
