import { CLIENT_ASSERTION_ALGS, JWT_BEARER_ASSERTION_TYPE } from '@countersign/oauth';
import { SignJWT } from 'jose';
import type { ClientAuthentication } from './client-authentication.js';
import { importPrivateKey, type PrivateKey } from './private-key.js';

export interface PrivateKeyJwtOptions {
  key: PrivateKey;
  /** Key id under which the public half is registered. Default: that of the JWK. */
  kid?: string;
  /** Default: that of the JWK, else ES256, ES384, EdDSA or RS256 by the kind of key. */
  alg?: (typeof CLIENT_ASSERTION_ALGS)[number];
}

const TYP = 'client-authentication+jwt';
const LIFETIME_SECONDS = 60;
const BACKDATED_SECONDS = 60;

/**
 * RFC 7523 §2.2: a JWT signed with a key whose public half the issuer knows; the key itself is never sent.
 * @throws TypeError when the key cannot be used.
 */
export function privateKeyJwt({ key: input, ...asked }: PrivateKeyJwtOptions): ClientAuthentication {
  const { key, alg, kid } = importPrivateKey(input, asked);
  if (!(CLIENT_ASSERTION_ALGS as readonly string[]).includes(alg))
    throw new TypeError(`private_key_jwt is signed with one of ${CLIENT_ASSERTION_ALGS.join(', ')}, not ${alg}.`);
  return {
    name: 'private_key_jwt',
    authenticate: async ({ clientId, issuer, nowMs }) => {
      const now = Math.floor(nowMs / 1000);
      const assertion = await new SignJWT({
        iss: clientId,
        sub: clientId,
        // RFC 10070: the issuer is the sole audience, not the token endpoint.
        aud: issuer,
        // A clock that is a minute ahead or behind still makes assertions that are good now.
        iat: now - BACKDATED_SECONDS,
        exp: now + LIFETIME_SECONDS,
        jti: crypto.randomUUID(),
      })
        .setProtectedHeader({ alg, typ: TYP, ...(kid !== undefined && { kid }) })
        .sign(key);
      return { parameters: { client_assertion_type: JWT_BEARER_ASSERTION_TYPE, client_assertion: assertion } };
    },
  };
}
