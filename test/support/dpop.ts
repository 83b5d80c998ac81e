import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, SignJWT, type JWK } from 'jose';

export interface ProofFields {
  readonly method?: string;
  readonly url: string;
  readonly token?: string | undefined;
  readonly nonce?: string | undefined;
  /** In place of what is right. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A client's key, by the hand of the test: it also makes what no client would. */
export interface ProofKey {
  readonly jkt: string;
  readonly jwk: JWK;
  readonly privateJwk: JWK;
  proof(fields: ProofFields): Promise<string>;
}

export async function aProofKey(): Promise<ProofKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = await exportJWK(publicKey);
  return {
    jkt: await calculateJwkThumbprint(jwk),
    jwk,
    privateJwk: await exportJWK(privateKey),
    proof({ method = 'POST', url, token, nonce, claims, header }) {
      const ath = token === undefined ? undefined : hashOf(token);
      const made = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(Date.now() / 1000), ath, nonce, ...claims };
      return new SignJWT(made).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header } as { alg: string }).sign(privateKey);
    },
  };
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
