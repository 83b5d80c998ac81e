import { decodeJwt, decodeProtectedHeader, type JWTPayload, type ProtectedHeaderParameters } from 'jose';
import { AssertionRefused } from './assertion-refused.js';

const MAX_LENGTH = 16 * 1024;
// RFC 7515 §7.1: three base64url segments, and an empty signature is none.
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
// SPIFFE-ID §2: what follows the trust domain is the workload's own.
const SPIFFE_ID = /^(spiffe:\/\/[a-z0-9._-]{1,255})\/[A-Za-z0-9._\-/]+$/;

/** A JWT that has been parsed and nothing more. Its claims say where to look, and count only when the signature has been verified. */
export interface UnverifiedAssertion {
  readonly text: string;
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
  /** Its `iss`; of a JWT-SVID without one the trust domain of its `sub`. */
  readonly issuer: string | undefined;
  /** Its sole audience; undefined where it has none or several. */
  readonly audience: string | undefined;
}

/** @throws AssertionRefused `readable` */
export function readAssertion(text: string): UnverifiedAssertion {
  if (text.length > MAX_LENGTH || !COMPACT_JWS.test(text)) throw new AssertionRefused('readable');
  try {
    const [header, claims] = [decodeProtectedHeader(text), decodeJwt(text)];
    return { text, header, claims, issuer: issuerOf(claims), audience: soleAudience(claims.aud) };
  } catch (cause) {
    throw new AssertionRefused('readable', { cause });
  }
}

/** True for a JWT that somebody else than its subject signed. A client's own assertion has `iss` = `sub` = client id (RFC 7523 §3). */
export function isForeign(text: string): boolean {
  try {
    const { issuer, claims } = readAssertion(text);
    return issuer !== undefined && issuer !== claims.sub && URL.canParse(issuer);
  } catch {
    return false;
  }
}

function issuerOf({ iss, sub }: JWTPayload): string | undefined {
  if (iss !== undefined) return typeof iss === 'string' ? iss : undefined;
  return typeof sub === 'string' ? SPIFFE_ID.exec(sub)?.[1] : undefined;
}

function soleAudience(aud: unknown): string | undefined {
  const sole: unknown = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  return typeof sole === 'string' ? sole : undefined;
}
