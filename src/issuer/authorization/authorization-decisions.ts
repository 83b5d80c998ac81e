import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { ApiCatalogue, type CatalogueApi, type ScopeDefinition } from '../../directory/api-resources/index.js';
import { IdentityProviderSource } from '../../directory/identity-providers/index.js';
import { Configuration } from '../../platform/config/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { AuthorizationCodes } from '../authorization-codes/index.js';
import { Clients } from '../clients/index.js';
import { Delegation, type DelegationPlace } from '../consents/index.js';
import { FEDERATED_ACR, PASSWORD_ACR, Sessions, signInAddress, type SignedInUser } from '../sessions/index.js';
import { codeAnswer, errorAnswer } from './authorization-answer.js';
import type { AppClient } from './authorization-facts.js';
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
    private readonly codes: AuthorizationCodes,
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

  /** The way back to the app, with a code that is good once the transaction is committed. */
  async grant(
    tx: Transaction,
    request: SavedRequest,
    user: SignedInUser,
    { consentId, orgId, scopes }: { consentId: string; orgId: string; scopes: readonly string[] },
  ): Promise<string> {
    const { authTime, acr, amr } = user;
    const code = await this.codes.issue(tx, {
      orgId,
      consentId,
      clientId: request.clientId,
      userId: user.userId,
      apiId: request.apiId,
      scopes,
      redirectUri: request.redirectUri,
      redirectUriWasSent: request.redirectUriWasSent,
      codeChallenge: request.codeChallenge,
      authentication: { authTime, acr, amr },
      sessionId: user.sessionId,
      nonce: request.nonce,
    });
    // RT-7: a new password ends sessions and, once it holds the consent, codes. The code has waited for that, so the session tells.
    if (!(await this.sessions.exists(tx, user.sessionId))) throw new OAuthError('login_required', 'The session of the person has ended.');
    return codeAnswer(this.addressOf(request), code);
  }

  /** The way back to the app, with an error. */
  refuse(request: Pick<SavedRequest, 'redirectUri' | 'state'>, error: OAuthError): string {
    return errorAnswer(this.addressOf(request), error);
  }

  /**
   * Whether an answer may go to the app: only to an address that it still has. Before a person has decided anything, only where
   * somebody has reviewed it (AE-21, AZ-14, attack 24): whoever registers an app could else send people anywhere from here.
   */
  async mayBeTold({ clientId, registeredRedirectUri }: SavedRequest, hasDecided: boolean): Promise<boolean> {
    const client = await this.clients.find(clientId);
    if (!client?.active || !client.app?.redirectUris.includes(registeredRedirectUri)) return false;
    return hasDecided || client.app.reviewed;
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

  private addressOf({ redirectUri, state }: Pick<SavedRequest, 'redirectUri' | 'state'>): {
    redirectUri: string;
    state: string | undefined;
    issuer: string;
  } {
    return { redirectUri, state, issuer: this.configuration.settings.PUBLIC_URL };
  }

  /** Nobody signs in for nothing. */
  private async requirePossible(asked: AskedOfPerson): Promise<void> {
    if (asked.acrValues.length > 0) requireAcr(asked, [PASSWORD_ACR, ...((await this.providers.hasActive()) ? [FEDERATED_ACR] : [])]);
  }

  /** All were there when the request came; any may have been stopped or taken away since. */
  private async parties({ clientId, apiId, registeredRedirectUri }: SavedRequest): Promise<{ client: AppClient; api: CatalogueApi }> {
    const [client, api] = [await this.clients.find(clientId), this.apis.byId(apiId)];
    if (!client?.active || !client.app) throw new OAuthError('unauthorized_client', 'The app cannot be used any more.');
    if (!client.app.redirectUris.includes(registeredRedirectUri))
      throw new OAuthError('invalid_request', 'The app does not use the redirect URI of this request any more.', {
        detail: 'redirect_uri_removed',
      });
    if (!api?.active) throw new OAuthError('invalid_target', 'The API is not available any more.');
    return { client: { ...client, app: client.app }, api };
  }
}
