import type { AuthorizationFacts, Prompt } from './authorization-facts.js';
import type { AskedOfPerson, SignInFacts } from './next-step.policy.js';

/** A checked request as it waits in the database. Client and API are looked up anew when it goes on: they may have been stopped. */
export interface SavedRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly registeredRedirectUri: string;
  readonly redirectUriWasSent: boolean;
  readonly state?: string | undefined;
  readonly codeChallenge: string;
  readonly apiId: string;
  readonly scopes: readonly string[];
  readonly prompts: readonly Prompt[];
  readonly maxAge?: number | undefined;
  readonly acrValues: readonly string[];
  readonly loginHint?: string | undefined;
  readonly hintedUserId?: string | undefined;
  readonly nonce?: string | undefined;
  readonly orgId?: string | undefined;
  /** Seconds since 1970. */
  readonly requestedAt: number;
  /** The session that the browser had then. */
  readonly sessionBefore?: string | undefined;
}

export function toSavedRequest({ client, api, ...facts }: AuthorizationFacts, user: SignInFacts | undefined, now: number): SavedRequest {
  return { ...facts, clientId: client.id, apiId: api.id, requestedAt: Math.floor(now / 1000), sessionBefore: user?.sessionId };
}

export function askedBy(request: SavedRequest, clientType: 'public' | 'confidential'): AskedOfPerson {
  const { prompts, maxAge, acrValues, hintedUserId, orgId, registeredRedirectUri, requestedAt, sessionBefore } = request;
  const mustBeSeen = clientType === 'public';
  return { prompts, maxAge, acrValues, hintedUserId, orgId, registeredRedirectUri, requestedAt, sessionBefore, mustBeSeen };
}
