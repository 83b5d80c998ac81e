import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { Clients } from '../../clients/index.js';
import type { AppClient, AuthorizationCheck, AuthorizationFacts, CheckedRequest } from '../authorization-facts.js';

/** AE-1, AE-3: one client, known, active, and one that acts for people. */
@Injectable()
export class ClientCheck implements AuthorizationCheck {
  readonly name = 'client';

  constructor(private readonly clients: Clients) {}

  async check({ params }: CheckedRequest): Promise<Partial<AuthorizationFacts>> {
    const [clientId, another] = params.list('client_id');
    if (another !== undefined) throw new OAuthError('invalid_request', 'client_id is sent twice.', { detail: 'client_id_repeated' });
    const client = clientId === undefined ? undefined : await this.clients.find(clientId);
    // Unknown, suspended, or of a kind that acts for itself: nobody outside is told which.
    if (!client?.active || !isApp(client))
      throw new OAuthError('invalid_request', 'No app of this client_id can ask for anything here.', {
        detail: client ? 'no_active_app' : 'unknown_client',
      });
    return { client };
  }
}

function isApp(client: { app?: AppClient['app'] }): client is AppClient {
  return client.app !== undefined;
}
