import { createHash, timingSafeEqual } from 'node:crypto';

// RFC 7636 §4.1: 43 to 128 characters of the unreserved set.
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;
// RFC 7636 §4.2: base64url of a SHA-256, without padding.
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** RFC 7636 §4.3: the only method; `plain` proves nothing to who has seen the request. */
export const CODE_CHALLENGE_METHOD = 'S256';

export function isCodeVerifier(text: string): boolean {
  return VERIFIER.test(text);
}

export function isCodeChallenge(text: string): boolean {
  return CHALLENGE.test(text);
}

/** RFC 7636 §4.2: the S256 challenge of a verifier. */
export function codeChallengeOf(verifier: string): string {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url');
}

/** RFC 7636 §4.6, in constant time. */
export function verifiesChallenge(verifier: string, challenge: string): boolean {
  const [computed, stored] = [Buffer.from(codeChallengeOf(verifier)), Buffer.from(challenge)];
  return computed.length === stored.length && timingSafeEqual(computed, stored);
}
