/** Which apps an organization admits: every approved one, those it lists, or those it lists with the way to ask for more. */
export const ADMISSION_MODES = ['all', 'listed', 'ask'] as const;
export type AdmissionMode = (typeof ADMISSION_MODES)[number];
export const DEFAULT_ADMISSION_MODE: AdmissionMode = 'listed';

/** `ask_admin`: not yet, but a person may ask for it. */
export type Admission = 'admitted' | 'ask_admin' | 'refused';

export interface AdmissionFacts {
  readonly mode: AdmissionMode;
  readonly isListed: boolean;
  readonly isReviewed: boolean;
  /** No administrator has registered it, so there is nobody who could submit it for review. */
  readonly isSelfRegistered: boolean;
  /** The organization publishes the app itself. */
  readonly isOwn: boolean;
}

/**
 * Whether the people of an organization can allow an app anything. What nobody has reviewed works for its publisher alone, unless it has
 * no publisher here: then the organization decides itself, and its people are told that nobody has looked at it.
 */
export function admissionOf({ mode, isListed, isReviewed, isSelfRegistered, isOwn }: AdmissionFacts): Admission {
  if (isOwn) return 'admitted';
  if (!isReviewed && !isSelfRegistered) return 'refused';
  if (mode === 'all' || isListed) return 'admitted';
  return mode === 'ask' ? 'ask_admin' : 'refused';
}

/**
 * What of the asked can be had where `own` of the API's scopes can: those, and beside them what is about the person. Alone that would
 * open the API to an app that was allowed nothing there.
 */
export function withIdentity(own: readonly string[], asked: readonly string[], identity: readonly string[]): readonly string[] {
  return own.length === 0 ? [] : asked.filter((scope) => own.includes(scope) || identity.includes(scope));
}

/** The asked scopes that all of the others hold, in the order in which they were asked for. */
export function commonScopes(asked: readonly string[], ...held: readonly (readonly string[])[]): string[] {
  return asked.filter((scope) => held.every((scopes) => scopes.includes(scope)));
}

export interface GivenConsent {
  readonly scopes: readonly string[];
  /** Those that the app had registered when the person looked at it. */
  readonly redirectUris: readonly string[];
  /** Of an app that describes itself: what the person looked at. */
  readonly appFingerprint?: string | undefined;
}

export interface RequestedConsent {
  readonly scopes: readonly string[];
  readonly registeredRedirectUri: string;
  /** Of an app that describes itself: what it is now. */
  readonly appFingerprint?: string | undefined;
}

/** Attack 31: whether a consent answers a request, so that nobody needs to be asked. */
export function covers(consent: GivenConsent, { scopes, registeredRedirectUri, appFingerprint }: RequestedConsent): boolean {
  // CIMD-8: another name, other keys or redirect URIs are another app.
  if (appFingerprint !== undefined && appFingerprint !== consent.appFingerprint) return false;
  return scopes.every((scope) => consent.scopes.includes(scope)) && consent.redirectUris.includes(registeredRedirectUri);
}

export interface ConsentChange {
  readonly scopes: readonly string[];
  readonly isNarrower: boolean;
}

/** The consent after an answer: what was ticked now, and what was given before and not asked about this time. */
export function afterAnswer(given: readonly string[], asked: readonly string[], ticked: readonly string[]): ConsentChange {
  const kept = given.filter((scope) => !asked.includes(scope));
  const scopes = [...kept, ...asked.filter((scope) => ticked.includes(scope))];
  return { scopes, isNarrower: given.some((scope) => !scopes.includes(scope)) };
}
