import { constants, sign, type KeyObject } from 'node:crypto';
import { ACCESS_TOKEN_TYP, type AccessTokenAlg } from '@countersign/oauth';

const ALGORITHMS: Readonly<Record<AccessTokenAlg, { padding?: number; saltLength?: number; dsaEncoding?: 'ieee-p1363' }>> = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ES256: { dsaEncoding: 'ieee-p1363' },
};

/**
 * Signs access tokens, and documents of other types, with one key. Each header is made once, and the signature is computed by
 * libuv's thread pool: RSA on the event loop would hold up every other request.
 */
export class TokenSigner {
  private readonly prefixes = new Map<string, string>();
  private readonly key: { key: KeyObject; padding?: number; saltLength?: number; dsaEncoding?: 'ieee-p1363' };

  constructor(
    readonly kid: string,
    readonly alg: AccessTokenAlg,
    privateKey: KeyObject,
  ) {
    this.key = { key: privateKey, ...ALGORITHMS[alg] };
  }

  /** @param typ RFC 8725 §3.11: no document of the issuer passes as one of another kind. */
  sign(claims: object, typ = ACCESS_TOKEN_TYP): Promise<string> {
    const signingInput = this.prefixOf(typ) + Buffer.from(JSON.stringify(claims)).toString('base64url');
    return new Promise((resolve, reject) => {
      sign('sha256', Buffer.from(signingInput), this.key, (error, signature) => {
        if (error) reject(error);
        else resolve(`${signingInput}.${signature.toString('base64url')}`);
      });
    });
  }

  private prefixOf(typ: string): string {
    let prefix = this.prefixes.get(typ);
    if (prefix === undefined) {
      prefix = `${Buffer.from(JSON.stringify({ alg: this.alg, typ, kid: this.kid })).toString('base64url')}.`;
      this.prefixes.set(typ, prefix);
    }
    return prefix;
  }
}
