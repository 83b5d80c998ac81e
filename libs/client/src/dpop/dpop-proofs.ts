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
  /** Identifier of the API or the issuer: several may share an origin, and each has nonces of its own. */
  readonly audience?: string | undefined;
}

export interface MadeProof {
  readonly proof: string;
  /** The one in the proof. */
  readonly nonce: string | undefined;
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

  /**
   * RFC 9449 §4.2: a new one for each request.
   * @param nonce default: the newest one of the server
   */
  async make(target: ProofTarget, nonce = this.#nonces.get(serverOf(target))): Promise<MadeProof> {
    const { method, url, accessToken } = target;
    const { origin, pathname } = new URL(url);
    const ath = accessToken === undefined ? undefined : createHash('sha256').update(accessToken).digest('base64url');
    const proof = await new SignJWT({
      jti: crypto.randomUUID(),
      htm: method,
      htu: origin + pathname,
      ...(ath && { ath }),
      ...(nonce && { nonce }),
    })
      .setProtectedHeader({ alg: this.#key.alg, typ: DPOP_PROOF_TYP, jwk: this.#key.publicJwk })
      .setIssuedAt(Math.floor(this.#clock.epochMs() / 1000))
      .sign(this.#key.key);
    return { proof, nonce };
  }

  /**
   * RFC 9449 §8.2: the newest nonce of an answer is the one for the next request.
   * @returns the nonce of the answer when the proof that was sent held another one or none. What is kept by now says nothing about that:
   *   it may come from the answer to another request, which was on its way at the same time.
   */
  note(target: Pick<ProofTarget, 'url' | 'audience'>, sent: string | undefined, headers: Headers): string | undefined {
    const nonce = headers.get('dpop-nonce');
    if (nonce === null || nonce === '' || nonce.length > MAX_NONCE_LENGTH) return undefined;
    this.#nonces.set(serverOf(target), nonce);
    return nonce === sent ? undefined : nonce;
  }
}

function serverOf({ url, audience = '' }: Pick<ProofTarget, 'url' | 'audience'>): string {
  return `${new URL(url).origin}\n${audience}`;
}

/** Whether an answer says that the proof, and not the token or the request, has to be another one. */
export function isProofRefusal(error: string | undefined): boolean {
  // A server that knows a wrong clock by it may offer a nonce with either.
  return error === 'use_dpop_nonce' || error === 'invalid_dpop_proof';
}
