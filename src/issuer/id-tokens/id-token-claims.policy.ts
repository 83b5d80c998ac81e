import { createHash } from 'node:crypto';
import type { AccessTokenClaims, IdTokenClaims, IdTokenFacts } from '@countersign/oauth';

/** An app looks at it once, when somebody signs in; afterwards it serves as `id_token_hint`, expired or not. */
export const ID_TOKEN_LIFETIME_SECONDS = 3_600;

/** What an ID token says: who signed in, when and how, and nothing about them that UserInfo tells (OpenID Connect Core §2, §5.4). */
export function idTokenClaims(access: AccessTokenClaims, accessToken: string, { nonce, sessionId }: IdTokenFacts): IdTokenClaims {
  const { iss, sub, client_id: aud, iat, auth_time, acr, amr, org_id } = access;
  return {
    iss,
    sub,
    aud,
    exp: iat + ID_TOKEN_LIFETIME_SECONDS,
    iat,
    ...(nonce !== undefined && { nonce }),
    ...(auth_time !== undefined && { auth_time }),
    ...(acr !== undefined && { acr }),
    ...(amr && { amr }),
    ...(sessionId !== undefined && { sid: sessionId }),
    at_hash: accessTokenHash(accessToken),
    ...(org_id !== undefined && { org_id }),
  };
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash of the ID token's algorithm, RS256. */
function accessTokenHash(accessToken: string): string {
  return createHash('sha256').update(accessToken, 'ascii').digest().subarray(0, 16).toString('base64url');
}
