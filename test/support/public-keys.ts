import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { JWT_BEARER_ASSERTION_TYPE } from '@countersign/oauth';

export interface ClientKey {
  readonly privateKey: CryptoKey;
  readonly kid: string;
  /** What is registered at the issuer. */
  readonly jwks: { keys: JWK[] };
}

/** RFC 7523 §3: the form fields by which a client proves that it holds the key. */
export async function assertionOf(
  { id }: { readonly id: string },
  { privateKey, kid }: Pick<ClientKey, 'privateKey' | 'kid'>,
  issuer: string,
): Promise<Record<string, string>> {
  const client_assertion = await new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(issuer)
    .setExpirationTime('1 minute')
    .sign(privateKey);
  return { client_assertion_type: JWT_BEARER_ASSERTION_TYPE, client_assertion };
}

/** A key pair for `private_key_jwt`. */
export async function aClientKey(alg: string, kid = `key-${alg}`): Promise<ClientKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, kid, jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }] } };
}
