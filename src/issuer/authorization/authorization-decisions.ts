import { Inject, Injectable } from '@nestjs/common';
import { OAuthError, type Registry } from '@countersign/oauth';
import { ApiCatalogue, type CatalogueApi, type ScopeDefinition } from '../../directory/api-resources/index.js';
import { IdentityProviderSource } from '../../directory/identity-providers/index.js';
import { Configuration } from '../../platform/config/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Clients } from '../clients/index.js';
import { Delegation, type Consent, type DelegationPlace } from '../consents/index.js';
import { FEDERATED_ACR, PASSWORD_ACR, Sessions, signInAddress, type SignedInUser } from '../sessions/index.js';
import { appClientOf, type AppClient } from './authorization-facts.js';
import type { Destination } from './consent-view.js';
import {
  candidates,
  needsSignIn,
  refuseSilently,
  requireAcr,
  requireHinted,
  settledPlace,
  type AskedOfPerson,
} from './next-step.policy.js';
import { askedBy, type SavedRequest } from './saved-request.js';
import type { AnswerWay, GrantedAccess } from './ways/answer-way.js';
import { ANSWER_WAY_REGISTRY } from './ways/index.js';

/** What is to happen with a request now. */
export type Decision =
  | { readonly step: 'sign_in' }
  | {
      readonly step: 'ask';
      readonly client: AppClient;
      readonly api: CatalogueApi;
      readonly describe: (scope: string) => ScopeDefinition | undefined;
      readonly places: readonly DelegationPlace[];
    }
  | { readonly step: 'grant'; readonly place: DelegationPlace; readonly scopes: readonly string[] };

/** Decides about requests, and makes their answers. */
@Injectable()
export class AuthorizationDecisions {
  constructor(
    private readonly clients: Clients,
    private readonly apis: ApiCatalogue,
    private readonly delegation: Delegation,
    @Inject(ANSWER_WAY_REGISTRY) private readonly ways: Registry<AnswerWay>,
    private readonly providers: IdentityProviderSource,
    private readonly sessions: Sessions,
    private readonly configuration: Configuration,
  ) {}

  /** @throws OAuthError, for the app */
  async decide(request: SavedRequest, user: SignedInUser | undefined): Promise<Decision> {
    const { client, api } = await this.parties(request);
    const asked = askedBy(request, client.app.clientType);
    const isSilent = request.prompts.includes('none');
    if (!user || needsSignIn(asked, user)) {
      await this.requirePossible(asked);
      if (isSilent) throw new OAuthError('login_required', 'The person has to sign in.');
      return { step: 'sign_in' };
    }
    requireHinted(asked, user);
    requireAcr(asked, [user.acr]);
    const places = await this.delegation.places({ userId: user.userId, client, api, asked: request.scopes });
    const place = settledPlace(asked, places);
    if (place) return { step: 'grant', place, scopes: place.scopes };
    if (isSilent) throw refuseSilently(asked, places);
    const describe = (scope: string): ScopeDefinition | undefined => this.apis.definitionOf(api, scope);
    return { step: 'ask', client, api, describe, places: candidates(asked, places) };
  }

  /** Where the browser goes; the app has what it asked for once the transaction is committed. */
  async grant(tx: Transaction, request: SavedRequest, user: SignedInUser, granted: GrantedAccess): Promise<string> {
    const location = await this.wayOf(request).grant(tx, request, user, granted);
    // RT-7: a new password ends sessions and, once it holds the consent, codes. What was granted has waited for that, so the session tells.
    if (!(await this.sessions.exists(tx, user.sessionId))) throw new OAuthError('login_required', 'The session of the person has ended.');
    return location;
  }

  /** Where the browser goes with an error. */
  refuse(tx: Transaction, request: SavedRequest, error: OAuthError): Promise<string> {
    return this.wayOf(request).refuse(tx, request, error);
  }

  /** Whether an answer may go there. */
  async mayBeTold(request: SavedRequest, hasDecided: boolean): Promise<boolean> {
    const client = await this.clients.find(request.clientId);
    return this.wayOf(request).mayBeTold(request, client && appClientOf(client), hasDecided);
  }

  /** Where the answer goes, for the person. @param ip where they are */
  destinationOf(request: SavedRequest, ip: string | undefined): Destination {
    return this.wayOf(request).destination(request, ip);
  }

  /** Redirect URIs that count as looked at after an answer. */
  seenRedirectUris(request: SavedRequest, client: AppClient, before: Consent | undefined): readonly string[] {
    return this.wayOf(request).seenRedirectUris(client, before);
  }

  /** Something is about to refer to the app: one that is only known by its document is stored. */
  keep(client: AppClient): Promise<void> {
    return this.clients.keep(client);
  }

  /** Undefined where nobody has reviewed it: then the name is only what the app says. */
  async nameOfApp({ clientId }: SavedRequest): Promise<string | undefined> {
    const client = await this.clients.find(clientId);
    return client?.active && client.app?.reviewed ? client.displayName : undefined;
  }

  /** Path of the page that signs somebody in, and back. */
  signInPath(request: SavedRequest, path: string): string {
    return signInAddress({ returnTo: path, loginHint: request.loginHint });
  }

  /** Of a page of ours. */
  urlOf(path: string): string {
    return this.configuration.settings.PUBLIC_URL + path;
  }

  private wayOf({ way }: SavedRequest): AnswerWay {
    return this.ways.get(way);
  }

  /** Nobody signs in for nothing. */
  private async requirePossible(asked: AskedOfPerson): Promise<void> {
    if (asked.acrValues.length > 0) requireAcr(asked, [PASSWORD_ACR, ...((await this.providers.hasActive()) ? [FEDERATED_ACR] : [])]);
  }

  /** All were there when the request came; any may have been stopped or taken away since. */
  private async parties(request: SavedRequest): Promise<{ client: AppClient; api: CatalogueApi }> {
    const found = await this.clients.find(request.clientId);
    const [client, api] = [found && appClientOf(found), this.apis.byId(request.apiId)];
    if (!client?.active) throw new OAuthError('unauthorized_client', 'The app cannot be used any more.');
    // CIMD-8: a person who looks at one app must not answer another one, whose document has taken its place meanwhile.
    if (request.appFingerprint !== undefined && request.appFingerprint !== client.app.fingerprint)
      throw new OAuthError('invalid_request', 'The app has changed what it says about itself. Begin again.', { detail: 'app_changed' });
    await this.wayOf(request).requireOpen(request, client);
    if (!api?.active) throw new OAuthError('invalid_target', 'The API is not available any more.');
    return { client, api };
  }
}
