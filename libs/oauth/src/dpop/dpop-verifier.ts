import { createHash, verify } from 'node:crypto';
import type { DpopNonces } from './dpop-nonces.js';
import { readProofClaims, readProofHeader, splitProof, type DpopProofClaims, type ProofParts } from './dpop-proof.js';
import { DpopProofRefused } from './dpop-proof-refused.js';
import { proofAlgorithm, type DpopAlg } from './proof-algorithms.js';
import { readPublicJwk, type PublicJwk } from './public-jwk.js';
import { normalizedTarget } from './target-uri.js';

export interface DpopVerifierOptions {
  /** How far `iat` may be from now, where the proof holds no nonce; at most 300. */
  maxAgeSeconds?: number;
  /** Given: every proof must hold one of them. */
  nonces?: DpopNonces | undefined;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

/** The request that a proof has to be made for. */
export interface ProvenRequest {
  readonly proof: string;
  readonly method: string;
  /** Where clients may have sent it, as they know the server: never what `Host` says. */
  readonly targets: readonly string[];
  /** At an API: the token that came along. */
  readonly accessToken?: string;
}

/** A proof that is good for its request, if it has not been used before: that is for the caller to see to. */
export interface VerifiedDpopProof {
  /** RFC 7638 thumbprint of the key. */
  readonly jkt: string;
  /** Names the proof: base64url SHA-256 of `jkt`, `jti` and `htu`. */
  readonly id: string;
  /** After this it is refused for its age. */
  readonly usableUntil: Date;
}

/** A proof that is good for its request if whoever sent it holds the key `jkt`, which only its signature tells. */
export interface ClaimedDpopProof {
  readonly claimed: VerifiedDpopProof;
  readonly signed: SignedProof;
}

interface SignedProof {
  readonly parts: ProofParts;
  readonly key: ProofKey;
}

interface ProofKey extends PublicJwk {
  readonly alg: DpopAlg;
}

const MAX_AGE_SECONDS = 300;
const MAX_KNOWN_KEYS = 1_000;

/** RFC 9449 §4.3: judges proofs. Make one and keep it, for it remembers keys. */
export class DpopVerifier {
  readonly nonces: DpopNonces | undefined;
  private readonly maxAgeMs: number;
  private readonly clock: () => number;
  /** A client sends the same header with every proof: its key is read once. Only headers that came with a good signature are kept. */
  private readonly knownKeys = new Map<string, ProofKey>();

  constructor({ maxAgeSeconds = 60, nonces, clock = Date.now }: DpopVerifierOptions = {}) {
    if (!(maxAgeSeconds > 0 && maxAgeSeconds <= MAX_AGE_SECONDS)) throw new RangeError(`maxAgeSeconds is 1 to ${MAX_AGE_SECONDS}.`);
    this.maxAgeMs = maxAgeSeconds * 1000;
    this.nonces = nonces;
    this.clock = clock;
  }

  /** @throws DpopProofRefused */
  async verify(request: ProvenRequest): Promise<VerifiedDpopProof> {
    return this.verifySignature(this.examine(request));
  }

  /** All but the signature, which is the dear part: nothing is proven yet. @throws DpopProofRefused */
  examine(request: ProvenRequest): ClaimedDpopProof {
    const parts = splitProof(request.proof);
    const key = this.knownKeys.get(parts.header) ?? readKey(parts.header);
    const claims = readProofClaims(parts.payload);
    const target = judgeRequest(claims, request);
    const usableUntil = this.judgeTime(claims);
    const claimed = { jkt: key.jkt, id: digest([key.jkt, claims.jti, target].join('\n')), usableUntil };
    return { claimed, signed: { parts, key } };
  }

  /** RFC 9449 §4.3: the signature verifies with the key in the header. @throws DpopProofRefused */
  async verifySignature({ claimed, signed: { parts, key } }: ClaimedDpopProof): Promise<VerifiedDpopProof> {
    if (!(await isSigned(key, `${parts.header}.${parts.payload}`, parts.signature)))
      throw new DpopProofRefused('signature', 'The DPoP proof is not signed with its own key.');
    this.remember(parts.header, key);
    return claimed;
  }

  /** @returns until when the proof could be used again */
  private judgeTime({ nonce, iat }: DpopProofClaims): Date {
    const { nonces } = this;
    if (nonces) {
      if (nonce === undefined || !nonces.isGood(nonce))
        throw new DpopProofRefused('nonce', 'Put the value of the DPoP-Nonce header into the DPoP proof as nonce.');
      // RFC 9449 §11.1: the nonce says when the proof was made, whatever the clock of the client says.
      return new Date(nonces.goodUntil());
    }
    if (Math.abs(this.clock() - iat * 1000) > this.maxAgeMs)
      throw new DpopProofRefused('stale', 'The iat of the DPoP proof is too far from now. Make one for each request, and set the clock.');
    return new Date(iat * 1000 + this.maxAgeMs + 1000);
  }

  private remember(header: string, key: ProofKey): void {
    if (this.knownKeys.has(header)) return;
    const [oldest] = this.knownKeys.keys();
    if (oldest !== undefined && this.knownKeys.size >= MAX_KNOWN_KEYS) this.knownKeys.delete(oldest);
    this.knownKeys.set(header, key);
  }
}

/** RFC 9449 §4.3: made for this method, this address and this token. @returns the address */
function judgeRequest({ htm, htu, ath }: DpopProofClaims, { method, targets, accessToken }: ProvenRequest): string {
  if (htm !== method) throw new DpopProofRefused('method', 'The htm of the DPoP proof is not the method of this request.');
  const target = normalizedTarget(htu);
  if (target === undefined || !targets.some((allowed) => normalizedTarget(allowed) === target))
    throw new DpopProofRefused('target', 'The htu of the DPoP proof is not the address of this request, as clients know it.');
  if (accessToken !== undefined && ath !== digest(accessToken))
    throw new DpopProofRefused('token_hash', 'The ath of the DPoP proof is not the SHA-256 hash of the access token.');
  return target;
}

function readKey(segment: string): ProofKey {
  const { alg, jwk } = readProofHeader(segment);
  return { alg, ...readPublicJwk(jwk, alg) };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** In node's thread pool: a signature on the event loop would hold up every other request. */
function isSigned({ key, alg }: ProofKey, input: string, signature: Buffer): Promise<boolean> {
  const { hash, options } = proofAlgorithm(alg);
  return new Promise((resolve, reject) => {
    verify(hash, Buffer.from(input, 'latin1'), { key, ...options }, signature, (error, isGood) =>
      error ? reject(error) : resolve(isGood),
    );
  });
}
