import { ACCESS_TOKEN_TYP, type AccessTokenAlg } from '@countersign/oauth';
import { readAccessTokenClaims } from './access-token-claims.js';
import { JwsVerifier } from './jws-verifier.js';
import type { KeySource } from './key-source.js';
import { verifiedAccessToken, type VerifiedAccessToken } from './verified-access-token.js';

/** The slow step: everything about a token that does not change between two requests. */
export class SignatureVerifier {
  private readonly jws: JwsVerifier;

  constructor(
    private readonly issuer: string,
    keys: KeySource,
    algorithms: readonly AccessTokenAlg[],
  ) {
    this.jws = new JwsVerifier(keys, algorithms, ACCESS_TOKEN_TYP);
  }

  async verify(token: string): Promise<VerifiedAccessToken> {
    const { payload, kid } = await this.jws.verify(token);
    return verifiedAccessToken(readAccessTokenClaims(payload, this.issuer), kid);
  }
}
