import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { Configuration } from '../../../platform/config/index.js';
import type { Transaction } from '../../../platform/database/index.js';
import { AuthorizationCodes } from '../../authorization-codes/index.js';
import type { SignedInUser } from '../../sessions/index.js';
import { codeAnswer, errorAnswer, type AnswerAddress } from '../authorization-answer.js';
import type { AppClient } from '../authorization-facts.js';
import { destinationOf, type Destination } from '../consent-view.js';
import type { RedirectRequest } from '../saved-request.js';
import type { AnswerWay, GrantedAccess } from './answer-way.js';

/** RFC 6749 §4.1.2: the browser takes a code to the app. */
@Injectable()
export class RedirectWay implements AnswerWay<RedirectRequest> {
  readonly name = 'redirect';

  constructor(
    private readonly codes: AuthorizationCodes,
    private readonly configuration: Configuration,
  ) {}

  requireOpen({ registeredRedirectUri }: RedirectRequest, { app }: AppClient): Promise<void> {
    if (app.redirectUris.includes(registeredRedirectUri)) return Promise.resolve();
    throw new OAuthError('invalid_request', 'The app does not use the redirect URI of this request any more.', {
      detail: 'redirect_uri_removed',
    });
  }

  /** With a code that is good once the transaction is committed. */
  async grant(tx: Transaction, request: RedirectRequest, user: SignedInUser, granted: GrantedAccess): Promise<string> {
    const { authTime, acr, amr } = user;
    const code = await this.codes.issue(tx, {
      ...granted,
      clientId: request.clientId,
      userId: user.userId,
      apiId: request.apiId,
      redirectUri: request.redirectUri,
      redirectUriWasSent: request.redirectUriWasSent,
      codeChallenge: request.codeChallenge,
      dpopJkt: request.dpopJkt,
      sessionId: user.sessionId,
      nonce: request.nonce,
      authentication: { authTime, acr, amr },
    });
    return codeAnswer(this.addressOf(request), code);
  }

  refuse(_: Transaction, request: RedirectRequest, error: OAuthError): Promise<string> {
    return Promise.resolve(this.locationOf(request, error));
  }

  /** The way back to the app, with an error. */
  locationOf(request: RedirectRequest, error: OAuthError): string {
    return errorAnswer(this.addressOf(request), error);
  }

  /**
   * Only to an address that the app still has. Before a person has decided anything, only where somebody has reviewed it (AE-21, AZ-14,
   * attack 24): whoever registers an app could else send people anywhere from here.
   */
  mayBeTold({ registeredRedirectUri }: RedirectRequest, client: AppClient | undefined, hasDecided: boolean): boolean {
    if (!client?.active || !client.app.redirectUris.includes(registeredRedirectUri)) return false;
    return hasDecided || client.app.reviewed;
  }

  destination({ redirectUri }: RedirectRequest): Destination {
    return destinationOf(redirectUri);
  }

  /** The person sees where this one leads, and comes to the others by the same app. */
  seenRedirectUris({ app }: AppClient): readonly string[] {
    return app.redirectUris;
  }

  private addressOf({ redirectUri, state }: RedirectRequest): AnswerAddress {
    return { redirectUri, state, issuer: this.configuration.settings.PUBLIC_URL };
  }
}
