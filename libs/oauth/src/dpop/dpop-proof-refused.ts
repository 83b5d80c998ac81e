export const DPOP_REFUSAL_REASONS = [
  'missing',
  'several',
  'malformed',
  'type',
  'algorithm',
  'header',
  'key',
  'signature',
  'claims',
  'method',
  'target',
  'stale',
  'token_hash',
  'nonce',
  'replayed',
] as const;

/** Stable codes for logs: which check a proof failed. */
export type DpopRefusalReason = (typeof DPOP_REFUSAL_REASONS)[number];

/** A DPoP proof that proves nothing (RFC 9449 §4.3). The message is for the client and says what to change. */
export class DpopProofRefused extends Error {
  override readonly name = 'DpopProofRefused';

  constructor(
    readonly reason: DpopRefusalReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** RFC 9449 §8, §9: nothing is wrong but that the nonce of the server is not in it. */
  get needsNonce(): boolean {
    return this.reason === 'nonce';
  }
}
