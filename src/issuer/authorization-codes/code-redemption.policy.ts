import { verifiesChallenge } from '@countersign/oauth';
import type { StoredCode } from './authorization-code.js';

export interface Redemption {
  readonly clientId: string;
  readonly verifier: string;
  /** As sent with the code; most clients of OAuth 2.1 send none. */
  readonly redirectUri: string | undefined;
  /** Thumbprint of the key that was proven. */
  readonly jkt: string | undefined;
}

/** Why a code is not redeemed; `reused` is the only one that takes something away. */
export type CodeRefusal =
  | 'code_of_other_client'
  | 'redirect_uri_differs'
  | 'verifier_mismatch'
  | 'other_sender_key'
  | 'reused'
  | 'code_expired';

/**
 * Judges a request for a code. Who is not the client, or does not hold the verifier, changes nothing: a leaked code must not be
 * good for stopping its owner (attack 18).
 */
export function judgeRedemption(
  code: StoredCode,
  { clientId, verifier, redirectUri, jkt }: Redemption,
  now: Date,
): CodeRefusal | undefined {
  if (code.clientId !== clientId) return 'code_of_other_client';
  // RFC 6749 §4.1.3: what was sent there must be sent here alike; OAuth 2.1 leaves it out.
  if (redirectUri !== undefined && redirectUri !== code.redirectUri) return 'redirect_uri_differs';
  if (!verifiesChallenge(verifier, code.codeChallenge)) return 'verifier_mismatch';
  // RFC 9449 §10.
  if (code.dpopJkt !== undefined && code.dpopJkt !== jkt) return 'other_sender_key';
  // RFC 6749 §4.1.2: a second use that is right in all else means that two parties hold the code.
  if (code.redeemedAt) return 'reused';
  return code.redeemableUntil <= now ? 'code_expired' : undefined;
}
