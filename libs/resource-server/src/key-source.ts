import type { KeyObject } from 'node:crypto';
import type { AccessTokenAlg } from '@countersign/oauth';

/** A public key, bound to the one algorithm it may verify (RFC 8725 §3.1). */
export interface VerificationKey {
  readonly kid: string;
  readonly alg: AccessTokenAlg;
  readonly key: KeyObject;
}

/** Where an issuer's keys come from. */
export interface KeySource<K = VerificationKey> {
  /** The key of that id; may fetch. Throws `KeysUnavailable` when it cannot tell. */
  find(kid: string, alg: AccessTokenAlg): Promise<K | undefined>;
  /** Asked on every hit of the verified-token cache, so it must be cheap and synchronous. */
  isTrusted(kid: string): boolean;
}

/** The issuer's keys cannot be had: the caller's token may be good, so the answer is 503 and not 401. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';

  constructor(
    message: string,
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
