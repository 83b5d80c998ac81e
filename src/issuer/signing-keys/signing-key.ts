import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { AccessTokenAlg, Zone } from '@countersign/oauth';

/** `published` is announced, `active` signs, `retiring` only verifies, `removed` does neither. */
export type SigningKeyStatus = 'published' | 'active' | 'retiring' | 'removed';

export interface SigningKeyRow {
  kid: string;
  zone: Zone;
  alg: AccessTokenAlg;
  status: SigningKeyStatus;
  public_jwk: JWK;
  sealed_private_key: string;
  created_at: Date;
  activated_at: Date | null;
  retiring_at: Date | null;
}

/** What each zone signs with; one key is bound to one algorithm (RFC 8725 §3.1). */
export const ALGORITHMS_OF_ZONE: Readonly<Record<Zone, readonly AccessTokenAlg[]>> = {
  external: ['RS256', 'PS256', 'ES256'],
  internal: ['ES256'],
};

export async function generateSigningKey(alg: AccessTokenAlg): Promise<{ kid: string; publicJwk: JWK; privateKey: KeyObject }> {
  const { publicKey, privateKey } =
    alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const bare = publicKey.export({ format: 'jwk' }) as JWK;
  // RFC 7638: derived from the key, so the same id can never name another key.
  const kid = await calculateJwkThumbprint(bare);
  return { kid, publicJwk: { ...bare, kid, alg, use: 'sig' }, privateKey };
}
