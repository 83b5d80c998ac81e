import { constants, KeyObject, sign } from 'node:crypto';
import type { AccessTokenAlg } from '@countersign/oauth';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';

const ALGORITHMS: Readonly<Record<AccessTokenAlg, { padding?: number; saltLength?: number; dsaEncoding?: 'ieee-p1363' }>> = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ES256: { dsaEncoding: 'ieee-p1363' },
};

export interface TestKey {
  readonly kid: string;
  readonly alg: AccessTokenAlg;
  readonly privateKey: CryptoKey;
  /** As the issuer would publish it. */
  readonly jwk: JWK;
}

export async function generateTestKey(alg: AccessTokenAlg): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const bare = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(bare);
  return { kid, alg, privateKey, jwk: { ...bare, kid, alg, use: 'sig' } };
}

/** A compact JWS (RFC 7515 §7.1) of exactly these bytes, by an algorithm that need not be the key's own. */
export function signToTheLetter(key: TestKey, header: string, payload: string | Uint8Array, alg: AccessTokenAlg = key.alg): string {
  const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  const signature = sign('sha256', Buffer.from(input), { key: KeyObject.from(key.privateKey), ...ALGORITHMS[alg] });
  return `${input}.${signature.toString('base64url')}`;
}
