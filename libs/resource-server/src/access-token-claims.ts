import { isUtf8 } from 'node:buffer';
import { hasDuplicateMembers, PRINCIPAL_TYPES, type AccessTokenClaims } from '@countersign/oauth';
import { TokenRefused } from './token-refused.js';

const REQUIRED_STRINGS = ['iss', 'sub', 'jti', 'client_id', 'cred', 'root'] as const;
const OPTIONAL_STRINGS = ['org_id', 'grant', 'acr'] as const;
const OPTIONAL_OBJECTS = ['act', 'cnf'] as const;
/** The longest lifetime the issuer can be set to; more is a forged or misconfigured token. */
const MAX_LIFETIME_SECONDS = 86_400;

/**
 * The claims of a signed payload. What depends on the moment or the request is not judged here.
 * @throws TokenRefused when they are not those of an access token of `issuer` (RFC 9068 §2.2).
 */
export function readAccessTokenClaims(payload: Buffer, issuer: string): AccessTokenClaims {
  const claims = parse(payload);
  // RFC 9068 §4: `iss` matches exactly, byte for byte.
  if (claims['iss'] !== issuer) {
    throw new TokenRefused('issuer', 'The token comes from another issuer.', { expected: issuer, received: claims['iss'] });
  }
  claims['aud'] = singleAudience(claims['aud']);
  for (const name of REQUIRED_STRINGS) if (!isText(claims[name])) refuseClaim(name, 'a non-empty string', claims[name]);
  for (const name of OPTIONAL_STRINGS)
    if (claims[name] !== undefined && !isText(claims[name])) refuseClaim(name, 'a non-empty string', claims[name]);
  for (const name of OPTIONAL_OBJECTS)
    if (claims[name] !== undefined && !isRecord(claims[name])) refuseClaim(name, 'an object', claims[name]);
  if (typeof claims['scope'] !== 'string') refuseClaim('scope', 'a string', claims['scope']);
  if (!(PRINCIPAL_TYPES as readonly unknown[]).includes(claims['principal_type']))
    refuseClaim('principal_type', PRINCIPAL_TYPES, claims['principal_type']);
  checkAncestors(claims['ancestors']);
  checkDates(claims);
  return claims as unknown as AccessTokenClaims;
}

function parse(payload: Buffer): Record<string, unknown> {
  const text = payload.toString('utf8');
  let claims: unknown;
  try {
    if (!isUtf8(payload)) throw new TypeError('The bytes are not UTF-8.');
    claims = JSON.parse(text);
  } catch (cause) {
    throw new TokenRefused('malformed', 'The claims are not JSON.', { cause });
  }
  if (!isRecord(claims)) throw new TokenRefused('malformed', 'The claims are not a JSON object.');
  // RFC 7519 §4: two layers that read a duplicate differently would see two tokens.
  if (hasDuplicateMembers(text, claims)) throw new TokenRefused('malformed', 'The claims name a member twice.');
  return claims;
}

/** A token for several audiences could be carried from one of them to another, so there is exactly one. */
function singleAudience(aud: unknown): string {
  const [only, ...others] = Array.isArray(aud) ? (aud as unknown[]) : [aud];
  if (!isText(only) || others.length > 0)
    throw new TokenRefused('audience', 'The token does not name exactly one audience.', { received: aud });
  return only;
}

/** Handles that could not be read could not be looked up, and a dead token would live. */
function checkAncestors(ancestors: unknown): void {
  if (ancestors === undefined) return;
  if (!Array.isArray(ancestors) || !ancestors.every(isAncestor)) refuseClaim('ancestors', 'a list of handles', ancestors);
}

function isAncestor(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { jti, client_id: clientId, cred, grant, org_id: orgId, aud, scope } = value;
  if (typeof scope !== 'string') return false;
  return [jti, clientId, cred, aud].every(isText) && [grant, orgId].every((handle) => handle === undefined || isText(handle));
}

function checkDates(claims: Record<string, unknown>): void {
  const { exp, iat, nbf, auth_time: authTime } = claims;
  if (!isNumericDate(exp)) return refuseClaim('exp', 'a NumericDate', exp);
  if (!isNumericDate(iat)) return refuseClaim('iat', 'a NumericDate', iat);
  if (nbf !== undefined && !isNumericDate(nbf)) return refuseClaim('nbf', 'a NumericDate', nbf);
  if (authTime !== undefined && !isNumericDate(authTime)) return refuseClaim('auth_time', 'a NumericDate', authTime);
  if (exp <= iat || exp - iat > MAX_LIFETIME_SECONDS) refuseClaim('exp', `at most ${MAX_LIFETIME_SECONDS} s after iat`, exp - iat);
}

/** RFC 7519 §2: seconds since 1970, perhaps with a fraction. */
function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function refuseClaim(name: string, expected: unknown, received: unknown): never {
  throw new TokenRefused('claims', `The claim ${name} is missing or has the wrong form.`, { expected, received });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
