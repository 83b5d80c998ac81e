import type { AccessTokenAlg } from '@countersign/oauth';
import { compactVerify } from 'jose';
import { readAccessTokenClaims } from './access-token-claims.js';
import { readJoseHeader, type JoseHeader } from './jose-header.js';
import type { KeySource, VerificationKey } from './key-source.js';
import { TokenRefused } from './token-refused.js';
import { verifiedAccessToken, type VerifiedAccessToken } from './verified-access-token.js';

// RFC 7515 §7.1: three base64url segments; no padding, no white space, no empty signature.
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const MAX_KNOWN_HEADERS = 64;

/** The slow step: everything about a token that does not change between two requests. Runs off the event loop (WebCrypto). */
export class SignatureVerifier {
  /** Tokens of one key share their header to the byte; only headers that came with a good signature are remembered. */
  private readonly knownHeaders = new Map<string, JoseHeader>();

  constructor(
    private readonly issuer: string,
    private readonly keys: KeySource,
    private readonly algorithms: readonly AccessTokenAlg[],
  ) {}

  async verify(token: string): Promise<VerifiedAccessToken> {
    if (!COMPACT_JWS.test(token)) throw new TokenRefused('malformed', 'The token is not a compact JWS.');
    const segment = token.slice(0, token.indexOf('.'));
    const header = this.knownHeaders.get(segment) ?? readJoseHeader(segment, this.algorithms);
    const key = await this.findKey(header);
    const payload = await verifySignature(token, key);
    this.remember(segment, header);
    return verifiedAccessToken(readAccessTokenClaims(payload, this.issuer), key.kid);
  }

  private async findKey({ kid, alg }: JoseHeader): Promise<VerificationKey> {
    const key = await this.keys.find(kid, alg);
    if (!key) throw new TokenRefused('key_unknown', 'The issuer has no such key.', { received: kid });
    // RFC 8725 §3.1: one key, one algorithm.
    if (key.alg !== alg) throw new TokenRefused('algorithm', 'The key belongs to another algorithm.', { expected: key.alg, received: alg });
    return key;
  }

  private remember(segment: string, header: JoseHeader): void {
    if (this.knownHeaders.has(segment)) return;
    if (this.knownHeaders.size >= MAX_KNOWN_HEADERS) this.knownHeaders.clear();
    this.knownHeaders.set(segment, header);
  }
}

async function verifySignature(token: string, key: VerificationKey): Promise<Uint8Array> {
  try {
    return (await compactVerify(token, key.key, { algorithms: [key.alg] })).payload;
  } catch (cause) {
    throw new TokenRefused('signature', 'The signature does not verify.', { received: key.kid, cause });
  }
}
