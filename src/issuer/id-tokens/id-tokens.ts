import { Injectable } from '@nestjs/common';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { ID_TOKEN_TYP, type AccessTokenAlg, type AccessTokenClaims, type IdTokenClaims, type IdTokenFacts } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { SigningKeys } from '../signing-keys/index.js';
import { idTokenClaims } from './id-token-claims.policy.js';

/** OpenID Connect Core §2: what every client can verify. Keys of the external zone alone: nobody signs in to the internal one. */
export const ID_TOKEN_ALG: AccessTokenAlg = 'RS256';
const MAX_LENGTH = 8_192;

/** Who an app says the person is, by an ID token that it once got. */
export interface IdTokenHint {
  readonly userId: string;
  readonly clientId: string;
  readonly sessionId: string | undefined;
}

/** ID tokens: for apps to learn who signed in, and back from them as hints. */
@Injectable()
export class IdTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly configuration: Configuration,
  ) {}

  /** One that goes with an access token. @throws OAuthError `temporarily_unavailable` without a key */
  sign(access: AccessTokenClaims, accessToken: string, facts: IdTokenFacts): Promise<string> {
    return this.keys.signer('external', ID_TOKEN_ALG).sign(idTokenClaims(access, accessToken, facts), ID_TOKEN_TYP);
  }

  /**
   * OpenID Connect Core §3.1.2.1: of this issuer, with a good signature; it may have expired long ago. Whether it was issued to who
   * shows it is for the caller to see. Undefined for everything else.
   */
  async readHint(text: string): Promise<IdTokenHint | undefined> {
    if (text.length > MAX_LENGTH) return undefined;
    try {
      const { sub, aud, iss, sid } = await this.verified(text);
      return iss === this.configuration.settings.PUBLIC_URL ? { userId: sub, clientId: aud, sessionId: sid } : undefined;
    } catch {
      return undefined;
    }
  }

  private async verified(text: string): Promise<IdTokenClaims> {
    const { kid, typ } = decodeProtectedHeader(text);
    // Attack 10: an access token, or any other document that we sign, is none.
    if (typ !== ID_TOKEN_TYP || kid === undefined) throw new Error('It is no ID token.');
    const key = await this.keys.verificationKeys.external.find(kid);
    if (key?.alg !== ID_TOKEN_ALG) throw new Error('There is no such key.');
    const { payload } = await compactVerify(text, key.key, { algorithms: [ID_TOKEN_ALG] });
    return JSON.parse(Buffer.from(payload).toString('utf8')) as IdTokenClaims;
  }
}
