import { readEmail, type ForeignIdentity } from '../../directory/users/index.js';

const MAX_SUBJECT = 255;
const MAX_NAME = 100;
const MAX_VALUES = 10;
const MAX_VALUE = 256;
/** `acr` of every sign-in at another provider: how strong it was is that one's word, and a tenant may run it. */
export const FEDERATED_ACR = 'urn:countersign:acr:federated';
/** Stands in `amr` before what the other provider says. */
export const FEDERATED_AMR = 'federated';
/** Words of ours, which nobody else may say. */
const OWN_WORDS = /^urn:countersign:/i;
/** When somebody signed in of whom the provider does not say it: longer ago than any `max_age` allows. */
const NOBODY_KNOWS_WHEN = new Date(0);
/** For clocks that differ. */
const TOLERANCE_SECONDS = 60;
// As in names that administrators enter: nothing that writes lines or reorders text.
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** Claims of an ID token that was verified, and of the userinfo endpoint. */
export interface ForeignClaims {
  readonly iss: string;
  readonly sub: string;
  readonly auth_time?: unknown;
  readonly amr?: unknown;
  readonly email?: unknown;
  readonly email_verified?: unknown;
  readonly name?: unknown;
}

/** Who it is; undefined when the token is of another issuer than the provider's, or names nobody. */
export function identityOf(claims: ForeignClaims, issuer: string): ForeignIdentity | undefined {
  // Exactly: some libraries let one issuer speak for all tenants of a cloud.
  if (claims.iss !== issuer || claims.sub === '' || claims.sub.length > MAX_SUBJECT) return undefined;
  const email = typeof claims.email === 'string' ? (readEmail(claims.email) ?? '') : '';
  const name = typeof claims.name === 'string' ? claims.name.replace(UNSAFE, '').trim().slice(0, MAX_NAME) : '';
  return { issuer, subject: claims.sub, email, name: name || email || claims.sub.replace(UNSAFE, '').slice(0, MAX_NAME) };
}

export interface SignInFacts {
  readonly authTime: Date;
  readonly amr: readonly string[];
  readonly acr: string;
}

/**
 * How and when they signed in there.
 * @param after they were asked to prove themselves since then; undefined: any session of theirs will do
 * @returns undefined when they have not
 */
export function signInFactsOf({ auth_time, amr }: ForeignClaims, now: Date, after?: Date): SignInFacts | undefined {
  const seconds = typeof auth_time === 'number' && Number.isFinite(auth_time) && auth_time > 0 ? auth_time : undefined;
  // OpenID Connect Core §3.1.2.1: with max_age the ID token says when; without that nobody knows whether they were asked.
  if (after && (seconds === undefined || seconds < after.getTime() / 1000 - TOLERANCE_SECONDS)) return undefined;
  return { authTime: authTimeOf(seconds, now, after), amr: [FEDERATED_AMR, ...foreignWords(amr)], acr: FEDERATED_ACR };
}

/** By our clock: not in the future, and not before what they were asked for, which it is not within the tolerance. */
function authTimeOf(seconds: number | undefined, now: Date, after: Date | undefined): Date {
  if (seconds === undefined) return NOBODY_KNOWS_WHEN;
  return new Date(Math.min(Math.max(seconds * 1000, after?.getTime() ?? 0), now.getTime()));
}

function foreignWords(amr: unknown): readonly string[] {
  return isTextList(amr) ? amr.filter((word) => word !== FEDERATED_AMR && !OWN_WORDS.test(word)) : [];
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.length <= MAX_VALUES && value.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7E]+$/.test(value) && value.length <= MAX_VALUE;
}
