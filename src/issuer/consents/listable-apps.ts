import { Injectable } from '@nestjs/common';
import { isClientIdUrl, OAuthError, type Client } from '@countersign/oauth';
import { ThirdPartyAppSource } from '../../directory/third-party-apps/index.js';
import { Clients } from '../clients/index.js';

/** Which apps an organization may list. */
@Injectable()
export class ListableApps {
  constructor(
    private readonly apps: ThirdPartyAppSource,
    private readonly clients: Clients,
  ) {}

  /**
   * Those that an operator has approved, and those that nobody has registered: of these the organization decides itself. One that
   * describes itself is read where nothing of it is stored, and stored, so that there is something to list.
   */
  async among(appIds: readonly string[]): Promise<ReadonlySet<string>> {
    const stored = await this.apps.findAll(appIds);
    const listable = new Set<string>();
    for (const id of appIds) {
      const client = stored.get(id) ?? (isClientIdUrl(id) ? await this.read(id) : undefined);
      if (client && isListable(client)) listable.add(id);
    }
    return listable;
  }

  private async read(id: string): Promise<Client | undefined> {
    try {
      const client = await this.clients.find(id);
      if (client) await this.clients.keep(client);
      return client;
    } catch (error) {
      // Not to be had now: then it cannot be listed now.
      if (error instanceof OAuthError) return undefined;
      throw error;
    }
  }
}

function isListable({ app }: Client): boolean {
  return app !== undefined && (app.reviewed || app.registration !== 'administrator');
}
