import { constants, sign, type KeyObject } from 'node:crypto';
import { ACCESS_TOKEN_TYP, type AccessTokenAlg } from '@countersign/oauth';

const ALGORITHMS: Readonly<Record<AccessTokenAlg, { padding?: number; saltLength?: number; dsaEncoding?: 'ieee-p1363' }>> = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ES256: { dsaEncoding: 'ieee-p1363' },
};

type SigningKeyInput = { key: KeyObject } & (typeof ALGORITHMS)[AccessTokenAlg];

/**
 * Signs access tokens, and documents of other types, with one key. Each header is made once, and the signature is computed by
 * libuv's thread pool: RSA on the event loop would hold up every other request.
 */
export class TokenSigner {
  private readonly prefixes = new Map<string, string>();
  private readonly key: SigningKeyInput;

  constructor(
    readonly kid: string,
    readonly alg: AccessTokenAlg,
    private readonly privateKey: KeyObject,
  ) {
    this.key = { key: privateKey, ...ALGORITHMS[alg] };
  }

  /** @param typ RFC 8725 §3.11: no document of the issuer passes as one of another kind. */
  sign(claims: object, typ = ACCESS_TOKEN_TYP): Promise<string> {
    return signed(this.prefixOf(typ) + encode(JSON.stringify(claims)), this.key);
  }

  /**
   * For the test mode alone: a header and a payload to the letter, and by an algorithm that need not be the key's own.
   * @throws Error when keys of this type cannot sign by `alg`.
   */
  signToTheLetter(header: string, payload: string, alg: AccessTokenAlg): Promise<string> {
    return signed(`${encode(header)}.${encode(payload)}`, { key: this.privateKey, ...ALGORITHMS[alg] });
  }

  private prefixOf(typ: string): string {
    let prefix = this.prefixes.get(typ);
    if (prefix === undefined) {
      prefix = `${encode(JSON.stringify({ alg: this.alg, typ, kid: this.kid }))}.`;
      this.prefixes.set(typ, prefix);
    }
    return prefix;
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function signed(signingInput: string, key: SigningKeyInput): Promise<string> {
  return new Promise((resolve, reject) => {
    sign('sha256', Buffer.from(signingInput), key, (error, signature) => {
      if (error) reject(error);
      else resolve(`${signingInput}.${signature.toString('base64url')}`);
    });
  });
}
