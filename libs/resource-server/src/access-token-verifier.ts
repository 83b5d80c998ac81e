import { hash } from 'node:crypto';
import { ACCESS_TOKEN_ALGS, type AccessTokenAlg, type AccessTokenClaims } from '@countersign/oauth';
import { LRUCache } from 'lru-cache';
import type { KeySource } from './key-source.js';
import type { ProvenKeys } from './proven-keys.js';
import type { RevocationChecker } from './revocation-list.js';
import { SignatureVerifier } from './signature-verifier.js';
import { TokenRefused } from './token-refused.js';
import type { VerifiedAccessToken } from './verified-access-token.js';

export interface AccessTokenVerifierOptions {
  /** Exact `iss` of the tokens; the keys belong to it alone. */
  issuer: string;
  keys: KeySource;
  algorithms?: readonly AccessTokenAlg[];
  /** Applied alike to `exp`, `nbf` and `iat`; at most 60. */
  clockToleranceSeconds?: number;
  revocations?: RevocationChecker;
  /** Tokens whose signature is remembered. */
  cacheSize?: number;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

/** What this request expects of its token. */
export interface ExpectedToken {
  /** Identifier of the protected resource. */
  audience: string;
  /** What the operation needs; while revocations are out of date, it decides whether the request may pass. Absent: all that the token holds. */
  scopes?: readonly string[];
  /** Confirmation members that the request was found to prove, such as `jkt` (RFC 7800 §3.1). Absent: none. */
  proven?: ProvenKeys;
}

const MAX_TOKEN_LENGTH = 8192;
const MAX_CLOCK_TOLERANCE_SECONDS = 60;
const MAX_CACHED_CHARACTERS = 32 * 1024 * 1024;

/**
 * The one judge of access tokens (RFC 9068 §4). It remembers that a signature is good, under the token's SHA-256, and nothing else:
 * expiry, trust in the key, revocation, audience and confirmation are judged on every request.
 */
export class AccessTokenVerifier {
  readonly issuer: string;
  private readonly keys: KeySource;
  private readonly revocations: RevocationChecker | undefined;
  private readonly toleranceSeconds: number;
  private readonly clock: () => number;
  private readonly signatures: SignatureVerifier;
  private readonly verified: LRUCache<string, VerifiedAccessToken>;
  private readonly pending = new Map<string, Promise<VerifiedAccessToken>>();
  /** A request with an unknown token asks twice: is it remembered, then is it good. */
  private lastToken = '';
  private lastDigest = hash('sha256', '', 'binary');

  constructor(options: AccessTokenVerifierOptions) {
    const { issuer, keys, algorithms = ACCESS_TOKEN_ALGS, clockToleranceSeconds = 10, cacheSize = 20_000 } = options;
    // RFC 7519 §4.1.4: leeway is "usually no more than a few minutes"; revocation entries outlive their tokens by more than this.
    if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= MAX_CLOCK_TOLERANCE_SECONDS)) {
      throw new RangeError(`clockToleranceSeconds must lie between 0 and ${MAX_CLOCK_TOLERANCE_SECONDS}.`);
    }
    this.issuer = issuer;
    this.keys = keys;
    this.revocations = options.revocations;
    this.toleranceSeconds = clockToleranceSeconds;
    this.clock = options.clock ?? Date.now;
    this.signatures = new SignatureVerifier(issuer, keys, algorithms);
    this.verified = new LRUCache({ max: cacheSize, maxSize: MAX_CACHED_CHARACTERS });
  }

  /** @throws TokenRefused when the token must not be honoured, KeysUnavailable or RevocationsStale when that cannot be told. */
  async verify(token: string, expected: ExpectedToken): Promise<VerifiedAccessToken> {
    const digest = this.digestOf(token);
    const found = this.recall(digest) ?? (await (this.pending.get(digest) ?? this.startVerification(token, digest)));
    this.judgeMoment(found, expected);
    return found;
  }

  /** As `verify` when the signature is remembered, and undefined when it is not: the hot path, without a promise. */
  verifyRemembered(token: string, expected: ExpectedToken): VerifiedAccessToken | undefined {
    const found = this.recall(this.digestOf(token));
    if (found !== undefined) this.judgeMoment(found, expected);
    return found;
  }

  private recall(digest: string): VerifiedAccessToken | undefined {
    const known = this.verified.get(digest);
    return known !== undefined && this.keys.isTrusted(known.kid) ? known : undefined;
  }

  private startVerification(token: string, digest: string): Promise<VerifiedAccessToken> {
    const verification = this.verifySignature(token, digest);
    this.pending.set(digest, verification);
    return verification;
  }

  private async verifySignature(token: string, digest: string): Promise<VerifiedAccessToken> {
    try {
      const found = await this.signatures.verify(token);
      this.verified.set(digest, found, { size: token.length });
      return found;
    } finally {
      this.pending.delete(digest);
    }
  }

  private digestOf(token: string): string {
    // Before hashing: what is too large is not even read.
    if (token.length > MAX_TOKEN_LENGTH) {
      throw new TokenRefused('too_large', 'The token is larger than 8 KiB.', { expected: MAX_TOKEN_LENGTH, received: token.length });
    }
    if (token !== this.lastToken) {
      this.lastDigest = hash('sha256', token, 'binary');
      this.lastToken = token;
    }
    return this.lastDigest;
  }

  /** What may change from one request to the next. */
  private judgeMoment({ claims, scopes }: VerifiedAccessToken, expected: ExpectedToken): void {
    // RFC 9068 §4: `aud` names this very resource.
    if (claims.aud !== expected.audience) {
      throw new TokenRefused('audience', 'The token is for another audience.', { expected: expected.audience, received: claims.aud });
    }
    this.checkDates(claims);
    if (claims.cnf !== undefined) checkConfirmation(claims.cnf, expected.proven);
    if (this.revocations?.isRevoked(claims)) throw new TokenRefused('revoked', 'The token was revoked.', { received: claims.jti });
    // An operation that names no scope is judged by all that the token could be used for.
    this.revocations?.requireFresh?.(expected.scopes?.length ? expected.scopes : scopes);
  }

  private checkDates({ exp, iat, nbf }: Readonly<AccessTokenClaims> & { nbf?: number }): void {
    const now = this.clock() / 1000;
    // RFC 7519 §4.1.4: on or after `exp` the token is not accepted.
    if (now >= exp + this.toleranceSeconds) throw new TokenRefused('expired', 'The token expired.', { expected: now, received: exp });
    const start = nbf === undefined ? iat : Math.max(nbf, iat);
    if (now < start - this.toleranceSeconds)
      throw new TokenRefused('not_yet_valid', 'The token is from the future.', { expected: now, received: start });
  }
}

// RFC 7800 §3.1: every confirmation member must be proven; one that nobody can prove refuses the token.
function checkConfirmation(cnf: object, proven: ProvenKeys = {}): void {
  const members = Object.entries(cnf);
  const unproven = members.find(([member, value]) => !Object.hasOwn(proven, member) || proven[member] !== value);
  if (members.length === 0 || unproven) {
    throw new TokenRefused('confirmation', 'The token is bound to a key that the request did not prove.', {
      expected: cnf,
      received: proven,
    });
  }
}
