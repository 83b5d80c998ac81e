import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';

export interface ClientKey {
  readonly privateKey: CryptoKey;
  readonly kid: string;
  /** What is registered at the issuer. */
  readonly jwks: { keys: JWK[] };
}

/** A key pair for `private_key_jwt`. */
export async function aClientKey(alg: string, kid = `key-${alg}`): Promise<ClientKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, kid, jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }] } };
}
