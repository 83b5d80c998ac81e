import { createHash } from 'node:crypto';
import { DPOP_PROOF_TYP } from '@countersign/oauth';
import { SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import { dpopKey, type DpopKey, type DpopOptions } from './dpop-key.js';

/** A request that a proof is for. */
export interface ProofTarget {
  readonly method: string;
  readonly url: string | URL;
  /** At an API. */
  readonly accessToken?: string;
}

const MAX_SERVERS = 1_000;
const MAX_NONCE_LENGTH = 256;

/** Proofs of one key, and the nonces that servers have asked for: each server has its own (RFC 9449 §8.2, §9). */
export class DpopProofs {
  readonly thumbprint: string;
  // With `#`: util.inspect would show the key.
  readonly #key: DpopKey;
  readonly #nonces = new LRUCache<string, string>({ max: MAX_SERVERS });
  readonly #clock: Clock;

  /** @throws TypeError when the key cannot be used */
  constructor(options: DpopOptions, clock: Clock) {
    this.#key = dpopKey(options);
    this.thumbprint = this.#key.thumbprint;
    this.#clock = clock;
  }

  /** RFC 9449 §4.2: a new one for each request. */
  async make({ method, url, accessToken }: ProofTarget): Promise<string> {
    const { origin, pathname } = new URL(url);
    const nonce = this.nonceOf(url);
    const ath = accessToken === undefined ? undefined : createHash('sha256').update(accessToken).digest('base64url');
    return new SignJWT({ jti: crypto.randomUUID(), htm: method, htu: origin + pathname, ...(ath && { ath }), ...(nonce && { nonce }) })
      .setProtectedHeader({ alg: this.#key.alg, typ: DPOP_PROOF_TYP, jwk: this.#key.publicJwk })
      .setIssuedAt(Math.floor(this.#clock.epochMs() / 1000))
      .sign(this.#key.key);
  }

  nonceOf(url: string | URL): string | undefined {
    return this.#nonces.get(new URL(url).origin);
  }

  /** RFC 9449 §8.2: the newest nonce of an answer is the one for the next request. @returns whether it is another one than before */
  note(url: string | URL, headers: Headers): boolean {
    const nonce = headers.get('dpop-nonce');
    if (nonce === null || nonce === '' || nonce.length > MAX_NONCE_LENGTH || nonce === this.nonceOf(url)) return false;
    this.#nonces.set(new URL(url).origin, nonce);
    return true;
  }
}

/** Whether an answer says that the proof, and not the token or the request, has to be another one. */
export function isProofRefusal(error: string | undefined): boolean {
  // A server that knows a wrong clock by it may offer a nonce with either.
  return error === 'use_dpop_nonce' || error === 'invalid_dpop_proof';
}
