import type { Consent } from '../../consents/index.js';
import type { OAuthError } from '@countersign/oauth';
import type { Transaction } from '../../../platform/database/index.js';
import type { SignedInUser } from '../../sessions/index.js';
import type { AppClient } from '../authorization-facts.js';
import type { Destination } from '../consent-view.js';
import type { SavedRequest } from '../saved-request.js';

/** What a person has allowed, and where. */
export interface GrantedAccess {
  readonly consentId: string;
  readonly orgId: string;
  readonly scopes: readonly string[];
}

/** How the answer of a person reaches the app. What they are asked, and what may be allowed, is the same for all ways. */
export interface AnswerWay<R extends SavedRequest = SavedRequest> {
  /** Stands in the requests that take it. */
  readonly name: R['way'];
  /** @throws OAuthError where the app cannot be answered like this any more; Problem where nobody waits any more */
  requireOpen(request: R, client: AppClient): Promise<void>;
  /** @returns where the browser goes now. @throws Problem `interaction_ended` where nobody waits any more */
  grant(tx: Transaction, request: R, user: SignedInUser, granted: GrantedAccess): Promise<string>;
  /** @returns where the browser goes now */
  refuse(tx: Transaction, request: R, error: OAuthError): Promise<string>;
  /** Whether the browser may go where `refuse` says; otherwise a page of ours tells the person. */
  mayBeTold(request: R, client: AppClient | undefined, hasDecided: boolean): boolean;
  /** What the person is told of where their answer goes. @param ip where they are themselves */
  destination(request: R, ip: string | undefined): Destination;
  /** Redirect URIs that count as looked at, once a person has answered. */
  seenRedirectUris(client: AppClient, before: Consent | undefined): readonly string[];
}
