import { constants, verify, type VerifyKeyObjectInput } from 'node:crypto';
import type { AccessTokenAlg } from '@countersign/oauth';
import { readJoseHeader, type JoseHeader } from './jose-header.js';
import type { KeySource, VerificationKey } from './key-source.js';
import { TokenRefused } from './token-refused.js';

// RFC 7515 §7.1: three base64url segments; no padding, no white space, no empty signature.
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const MAX_KNOWN_HEADERS = 64;

export interface VerifiedJws {
  readonly payload: Buffer;
  /** The key that signed it. */
  readonly kid: string;
}

/** Signatures of an issuer's documents of one type (RFC 8725 §3.11: what is of another type is refused unread). */
export class JwsVerifier {
  /** Documents of one key share their header to the byte; only headers that came with a good signature are remembered. */
  private readonly knownHeaders = new Map<string, JoseHeader>();

  constructor(
    private readonly keys: KeySource,
    private readonly algorithms: readonly AccessTokenAlg[],
    private readonly typ: string,
  ) {}

  /** @throws TokenRefused when it is not a document of this type that the issuer signed, KeysUnavailable when that cannot be told. */
  async verify(jws: string): Promise<VerifiedJws> {
    if (!COMPACT_JWS.test(jws)) throw new TokenRefused('malformed', 'The token is not a compact JWS.');
    const segment = jws.slice(0, jws.indexOf('.'));
    const header = this.knownHeaders.get(segment) ?? readJoseHeader(segment, this.algorithms, this.typ);
    const key = await this.findKey(header);
    const signatureAt = jws.lastIndexOf('.') + 1;
    const signature = readSignature(jws.slice(signatureAt));
    if (!(await isSignedBy(key, Buffer.from(jws.slice(0, signatureAt - 1), 'latin1'), signature))) {
      throw new TokenRefused('signature', 'The signature does not verify.', { received: key.kid });
    }
    this.remember(segment, header);
    return { payload: Buffer.from(jws.slice(segment.length + 1, signatureAt - 1), 'base64url'), kid: key.kid };
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

/** One spelling per signature: base64url leaves bits over that would make aliases of a token. */
function readSignature(segment: string): Buffer {
  const signature = Buffer.from(segment, 'base64url');
  if (signature.toString('base64url') !== segment) throw new TokenRefused('malformed', 'The signature is not canonical base64url.');
  return signature;
}

/** RFC 7518 §3.3 to §3.5, in node's thread pool: an RSA verification on the event loop would hold up every other request. */
function isSignedBy(key: VerificationKey, input: Buffer, signature: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify('sha256', input, verifyInput(key), signature, (error, isGood) => (error ? reject(error) : resolve(isGood)));
  });
}

function verifyInput({ alg, key }: VerificationKey): VerifyKeyObjectInput {
  switch (alg) {
    case 'RS256':
      return { key, padding: constants.RSA_PKCS1_PADDING };
    case 'PS256':
      return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    case 'ES256':
      return { key, dsaEncoding: 'ieee-p1363' };
  }
}
