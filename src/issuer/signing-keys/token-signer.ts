import { constants, sign, type KeyObject } from 'node:crypto';
import { ACCESS_TOKEN_TYP, type AccessTokenAlg } from '@countersign/oauth';

const ALGORITHMS: Readonly<Record<AccessTokenAlg, { padding?: number; saltLength?: number; dsaEncoding?: 'ieee-p1363' }>> = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ES256: { dsaEncoding: 'ieee-p1363' },
};

type SigningKeyInput = { key: KeyObject } & (typeof ALGORITHMS)[AccessTokenAlg];

/**
 * Signs access tokens with one key. The header is made once, and the signature is computed by libuv's thread pool: RSA on
 * the event loop would hold up every other request.
 */
export class TokenSigner {
  private readonly prefix: string;
  private readonly key: SigningKeyInput;

  constructor(
    readonly kid: string,
    readonly alg: AccessTokenAlg,
    private readonly privateKey: KeyObject,
  ) {
    this.prefix = `${encode(JSON.stringify({ alg, typ: ACCESS_TOKEN_TYP, kid }))}.`;
    this.key = { key: privateKey, ...ALGORITHMS[alg] };
  }

  sign(claims: object): Promise<string> {
    return signed(this.prefix + encode(JSON.stringify(claims)), this.key);
  }

  /**
   * For the test mode alone: a header and a payload to the letter, and by an algorithm that need not be the key's own.
   * @throws Error when keys of this type cannot sign by `alg`.
   */
  signToTheLetter(header: string, payload: string, alg: AccessTokenAlg): Promise<string> {
    return signed(`${encode(header)}.${encode(payload)}`, { key: this.privateKey, ...ALGORITHMS[alg] });
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
