import { OAuthError } from '@countersign/oauth';
import { covers, type DelegationPlace } from '../consents/index.js';
import type { Prompt } from './authorization-facts.js';

export interface SignInFacts {
  readonly userId: string;
  readonly sessionId: string;
  /** Seconds since 1970. */
  readonly authTime: number;
  readonly acr: string;
}

/** What an authorization request asks of whoever sits at the browser. */
export interface AskedOfPerson {
  readonly prompts: readonly Prompt[];
  readonly maxAge: number | undefined;
  readonly acrValues: readonly string[];
  /** Whom the app takes the person for; undefined: anybody. */
  readonly hintedUserId: string | undefined;
  readonly orgId: string | undefined;
  /** Of an app that describes itself: what it is. */
  readonly appFingerprint?: string | undefined;
  /** Undefined: nobody is sent back. */
  readonly registeredRedirectUri: string | undefined;
  /** Nothing proves who a public app is: a person has to see each of its requests (AZ-15). */
  readonly mustBeSeen: boolean;
  /** Seconds since 1970. */
  readonly requestedAt: number;
  /** The session that there was when the request came in. */
  readonly sessionBefore: string | undefined;
}

/** Whether somebody has to sign in first, or once more. */
export function needsSignIn(asked: AskedOfPerson, user: SignInFacts | undefined): boolean {
  if (!user) return true;
  // OpenID Connect Core §3.1.2.1: max_age=0 means the same as prompt=login.
  const mustBeNew = asked.prompts.includes('login') || asked.maxAge === 0;
  // Both: a form that another site sends brings no cookie along, so the session there was is not known (RFC 6265bis, SameSite=Lax).
  if (mustBeNew && (user.sessionId === asked.sessionBefore || user.authTime < asked.requestedAt)) return true;
  // Once: whoever signs in anew and still is not it, or not in that way, would not be the next time.
  if (user.sessionId === asked.sessionBefore && (isSomebodyElse(asked, user) || !meetsAcr(asked, [user.acr]))) return true;
  return asked.maxAge !== undefined && !mustBeNew && user.authTime < asked.requestedAt - asked.maxAge;
}

/**
 * STEP-2: signing in once more would not help.
 * @param acrs of the sign-in, or of all that are possible here
 * @throws OAuthError `unmet_authentication_requirements`
 */
export function requireAcr(asked: AskedOfPerson, acrs: readonly string[]): void {
  if (!meetsAcr(asked, acrs))
    throw new OAuthError('unmet_authentication_requirements', 'The person cannot sign in here in any of the ways that acr_values names.');
}

function meetsAcr({ acrValues }: AskedOfPerson, acrs: readonly string[]): boolean {
  return acrValues.length === 0 || acrs.some((acr) => acrValues.includes(acr));
}

/** OpenID Connect Core §3.1.2.1. @throws OAuthError `login_required` where the app means somebody else */
export function requireHinted(asked: AskedOfPerson, user: SignInFacts): void {
  if (isSomebodyElse(asked, user)) throw new OAuthError('login_required', 'Somebody else than the one of id_token_hint has signed in.');
}

function isSomebodyElse({ hintedUserId }: AskedOfPerson, { userId }: SignInFacts): boolean {
  return hintedUserId !== undefined && hintedUserId !== userId;
}

/** The place where everything was allowed before, so that nobody needs to be asked; undefined where a person has to look. */
export function settledPlace(asked: AskedOfPerson, places: readonly DelegationPlace[]): DelegationPlace | undefined {
  const { registeredRedirectUri, appFingerprint } = asked;
  if (asked.mustBeSeen || registeredRedirectUri === undefined) return undefined;
  if (asked.prompts.includes('consent') || asked.prompts.includes('select_account')) return undefined;
  const [only, another] = candidates(asked, places).filter((place) => isAllowedBefore(place, { registeredRedirectUri, appFingerprint }));
  return another ? undefined : only;
}

/** The places that the request can be about. */
export function candidates({ orgId }: AskedOfPerson, places: readonly DelegationPlace[]): readonly DelegationPlace[] {
  return orgId === undefined ? places : places.filter((place) => place.orgId === orgId);
}

function isAllowedBefore(
  { admission, scopes, consent }: DelegationPlace,
  request: { readonly registeredRedirectUri: string; readonly appFingerprint: string | undefined },
): boolean {
  return admission === 'admitted' && scopes.length > 0 && consent !== undefined && covers(consent, { scopes, ...request });
}

/** AE-13: what `prompt=none` is told where a person would have to do something. */
export function refuseSilently(asked: AskedOfPerson, places: readonly DelegationPlace[]): OAuthError {
  const possible = candidates(asked, places).filter(({ admission, scopes }) => admission === 'admitted' && scopes.length > 0);
  if (possible.length === 0) return notAllowed();
  return possible.length > 1
    ? new OAuthError('interaction_required', 'The person has to choose an organization.')
    : new OAuthError('consent_required', 'The person has to be asked.');
}

/** The same whether there is no such organization, or the person is not in it, or it does not admit the app. */
export function notAllowed(): OAuthError {
  return new OAuthError('access_denied', 'The person cannot allow this app what it asks for.');
}
