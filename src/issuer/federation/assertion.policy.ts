import { CLIENT_ASSERTION_ALGS } from '@countersign/oauth';
import type { JWTPayload } from 'jose';
import { AssertionRefused } from './assertion-refused.js';
import type { UnverifiedAssertion } from './unverified-assertion.js';

const CLOCK_SKEW_SECONDS = 10;
const MAX_TEXT = 256;
const MAX_SUBJECT = 2_048;
/** RFC 8725 §3.11: a JWT of another kind says so by its type. JOSE is what JWT-SVIDs may say. */
const TYPES: readonly unknown[] = [undefined, 'jwt', 'jose', 'client-authentication+jwt'];
/** Members that change how a JWT is read, or send us elsewhere for its key. `jwk` and `x5c` are merely ignored. */
const REFUSED_MEMBERS = ['crit', 'b64', 'zip', 'enc', 'jku', 'x5u'];

/** @throws AssertionRefused */
export function checkHeader({ header }: UnverifiedAssertion): { kid: string; alg: string } {
  const { typ, alg, kid } = header as Record<string, unknown>;
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
  if (!TYPES.includes(type)) throw new AssertionRefused('type', { expected: 'JWT', received: typ });
  const refused = REFUSED_MEMBERS.find((member) => member in header);
  if (refused !== undefined) throw new AssertionRefused('type', { received: refused });
  // RFC 8725 §3.1: compared with case, so that neither none nor a symmetric algorithm gets through.
  if (!(CLIENT_ASSERTION_ALGS as readonly unknown[]).includes(alg))
    throw new AssertionRefused('algorithm', { expected: CLIENT_ASSERTION_ALGS, received: alg });
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_TEXT) throw new AssertionRefused('key', { received: kid });
  return { kid, alg: alg as string };
}

export interface CheckedClaims {
  readonly subject: string;
  readonly jti: string | undefined;
  /** Seconds since 1970. */
  readonly exp: number;
}

/** RFC 7523 §3 and JOSE-9. @param now seconds since 1970 @throws AssertionRefused */
export function checkClaims(claims: JWTPayload, maxLifetimeSeconds: number, now: number): CheckedClaims {
  const { sub, jti } = claims as Record<string, unknown>;
  const exp = checkTimes(claims, maxLifetimeSeconds, now);
  if (!isText(sub, MAX_SUBJECT)) throw new AssertionRefused('subject', { received: sub });
  if (jti !== undefined && !isText(jti, MAX_TEXT)) throw new AssertionRefused('jti', { received: jti });
  return { subject: sub, jti, exp };
}

function checkTimes(claims: JWTPayload, maxLifetimeSeconds: number, now: number): number {
  const { exp, nbf, iat } = claims as Record<string, unknown>;
  const latest = now + CLOCK_SKEW_SECONDS;
  if (!isDate(exp) || exp <= now - CLOCK_SKEW_SECONDS) throw new AssertionRefused('expired', { received: exp });
  if (nbf !== undefined && !(isDate(nbf) && nbf <= latest)) throw new AssertionRefused('not_yet_valid', { received: nbf });
  if (iat !== undefined && !(isDate(iat) && iat <= latest)) throw new AssertionRefused('issued_at', { received: iat });
  // Without an iat, what is left of its life must not be longer than all of it may be.
  const lifetime = exp - (iat ?? now);
  if (lifetime > maxLifetimeSeconds + CLOCK_SKEW_SECONDS)
    throw new AssertionRefused('lifetime', { expected: maxLifetimeSeconds, received: Math.round(lifetime) });
  return exp;
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxLength;
}

/** Until when its jti must be remembered. */
export function rememberUntil(exp: number): Date {
  return new Date((exp + CLOCK_SKEW_SECONDS) * 1000);
}

// RFC 7519 §2: a NumericDate may be fractional; text is none.
function isDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
