import { Injectable } from '@nestjs/common';
import { isClientIdUrl, OAuthError, type Client } from '@countersign/oauth';
import { ThirdPartyAppSource } from '../../directory/third-party-apps/index.js';
import { httpProblem, type ProblemItem } from '../../platform/http/index.js';
import { Clients } from '../clients/index.js';

/** Each is a question to a host that somebody else has named. */
const MAX_DOCUMENTS_PER_REQUEST = 10;

/** Which apps an organization may list. */
@Injectable()
export class ListableApps {
  constructor(
    private readonly apps: ThirdPartyAppSource,
    private readonly clients: Clients,
  ) {}

  /**
   * Those that an operator has approved, and those that nobody has registered: of these the organization decides itself. One that
   * describes itself is read where nothing of it is stored.
   * @param asker address of whoever makes us ask
   * @returns what has to be kept before it is listed
   * @throws Problem `validation_failed`, `rate_limited`
   */
  async require(appIds: readonly string[], asker: string | undefined): Promise<readonly Client[]> {
    const stored = await this.apps.findAll(appIds);
    const unknown = appIds.filter((id) => !stored.has(id) && isClientIdUrl(id));
    if (unknown.length > MAX_DOCUMENTS_PER_REQUEST) throw refused(unknown.map((id) => tooMany(appIds.indexOf(id))));
    const errors = appIds.flatMap((id, i) => (unknown.includes(id) || isListable(stored.get(id)) ? [] : [unlistable(i)]));
    // Before anybody is asked: what is refused anyhow costs no host anything.
    if (errors.length > 0) throw refused(errors);
    const read: Client[] = [];
    for (const id of unknown) {
      const client = await this.read(id, appIds.indexOf(id), asker);
      if (client && isListable(client)) read.push(client);
      else errors.push(unlistable(appIds.indexOf(id)));
    }
    if (errors.length > 0) throw refused(errors);
    return read;
  }

  /** Stores those that are about to be listed, so that there is something to list. @throws Problem `service_unavailable` */
  async keep(clients: readonly Client[]): Promise<void> {
    try {
      for (const client of clients) await this.clients.keep(client);
    } catch (error) {
      if (error instanceof OAuthError) throw httpProblem('service_unavailable', error.message, { headers: error.headers });
      throw error;
    }
  }

  private async read(id: string, i: number, asker: string | undefined): Promise<Client | undefined> {
    try {
      return await this.clients.find(id, asker);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      if (error.kind === 'rate_limited') throw httpProblem('rate_limited', error.message, { headers: error.headers });
      // Not to be had now: then it cannot be listed now, and no other host is made to wait for.
      throw refused([
        { location: `/app_ids/${i}`, message: error.message, fix: 'Leave it out, or list it when its document is to be had.' },
      ]);
    }
  }
}

function isListable(client: Client | undefined): boolean {
  return client?.app !== undefined && (client.app.reviewed || client.app.registration !== 'administrator');
}

/** An app that nobody has reviewed looks like one that does not exist: a list is no way to find out about others’ drafts. */
function unlistable(i: number): ProblemItem {
  return {
    location: `/app_ids/${i}`,
    message: 'There is no approved app with this id, and none that describes itself well.',
    fix: 'Leave it out.',
  };
}

function tooMany(i: number): ProblemItem {
  return {
    location: `/app_ids/${i}`,
    message: `One of more than ${MAX_DOCUMENTS_PER_REQUEST} apps that describe themselves and are new here.`,
    fix: `Add at most ${MAX_DOCUMENTS_PER_REQUEST} of them at a time.`,
  };
}

function refused(errors: readonly ProblemItem[]): Error {
  return httpProblem('validation_failed', 'The list names apps that cannot be admitted. Nothing was stored.', { errors });
}
