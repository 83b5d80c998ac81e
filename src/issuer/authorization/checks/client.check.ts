import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { Clients } from '../../clients/index.js';
import type { AppClient, AuthorizationCheck, AuthorizationFacts, CheckedRequest } from '../authorization-facts.js';

/** AE-1, AE-3: one client, known, active, and one that acts for people. */
@Injectable()
export class ClientCheck implements AuthorizationCheck {
  readonly name = 'client';

  constructor(private readonly clients: Clients) {}

  async check({ params, asker }: CheckedRequest): Promise<Partial<AuthorizationFacts>> {
    const [clientId, another] = params.list('client_id');
    if (another !== undefined) throw new OAuthError('invalid_request', 'client_id is sent twice.', { detail: 'client_id_repeated' });
    const client = clientId === undefined ? undefined : await this.clients.find(clientId, asker);
    // Unknown, suspended, or of a kind that acts for itself: nobody outside is told which.
    if (!client?.active || !isApp(client))
      throw new OAuthError('invalid_request', this.reasonAgainst(client ? undefined : clientId), {
        detail: client ? 'no_active_app' : 'unknown_client',
      });
    return { client };
  }

  /** A document at a public address is no secret: what is wrong with it helps whoever wrote it. */
  private reasonAgainst(clientId: string | undefined): string {
    const reason = clientId === undefined ? undefined : this.clients.explain(clientId);
    return reason === undefined ? 'No app of this client_id can ask for anything here.' : `The app cannot be used. ${reason}`;
  }
}

function isApp(client: { app?: AppClient['app'] }): client is AppClient {
  return client.app !== undefined;
}
