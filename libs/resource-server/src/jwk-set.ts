import { KeyObject } from 'node:crypto';
import { ACCESS_TOKEN_ALGS, type AccessTokenAlg } from '@countersign/oauth';
import { importJWK, type JWK } from 'jose';
import type { VerificationKey } from './key-source.js';

/** A set that must not replace a good one. */
export class InvalidJwks extends Error {
  override readonly name = 'InvalidJwks';
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const KEY_TYPES: Record<AccessTokenAlg, { kty: string; members: readonly string[] }> = {
  RS256: { kty: 'RSA', members: ['kty', 'n', 'e'] },
  PS256: { kty: 'RSA', members: ['kty', 'n', 'e'] },
  ES256: { kty: 'EC', members: ['kty', 'crv', 'x', 'y'] },
};
const MAX_KEYS = 100;
const MAX_KID_LENGTH = 256;
/** 2048 bits in base64url. */
const MIN_MODULUS_LENGTH = 342;

/**
 * The usable keys of a JWK set by id. One unusable key does not cost the others.
 * @throws InvalidJwks when it is no set, holds private keys, or holds no usable key.
 */
export async function importJwks(document: unknown): Promise<ReadonlyMap<string, VerificationKey>> {
  const jwks = readSet(document);
  const keys = new Map<string, VerificationKey>();
  for (const jwk of jwks) {
    const key = await importKey(jwk);
    if (key && !keys.has(key.kid)) keys.set(key.kid, key);
  }
  if (keys.size === 0) throw new InvalidJwks('The JWK set holds no key that can verify access tokens.');
  return keys;
}

function readSet(document: unknown): Record<string, unknown>[] {
  const list = isRecord(document) ? document['keys'] : undefined;
  if (!Array.isArray(list) || !list.every(isRecord)) throw new InvalidJwks('The document is not a JWK set.');
  if (list.length > MAX_KEYS) throw new InvalidJwks(`The JWK set holds more than ${MAX_KEYS} keys.`);
  // A published private key means that the issuer leaks: nothing it signs can be believed.
  if (list.some((jwk) => PRIVATE_MEMBERS.some((member) => member in jwk))) {
    throw new InvalidJwks('The JWK set holds private or symmetric key material.');
  }
  return list;
}

async function importKey(jwk: Record<string, unknown>): Promise<VerificationKey | undefined> {
  const { kid, alg, use } = jwk;
  // RFC 8725 §3.1: a key is used with one algorithm, which it names itself.
  if (!isKeyId(kid) || !isAccessTokenAlg(alg) || (use !== undefined && use !== 'sig')) return undefined;
  const { kty, members } = KEY_TYPES[alg];
  if (jwk['kty'] !== kty || !members.every((member) => typeof jwk[member] === 'string')) return undefined;
  // RFC 7518 §3.3: RSA keys have 2048 bits or more.
  if (kty === 'RSA' && String(jwk['n']).length < MIN_MODULUS_LENGTH) return undefined;
  const bare = Object.fromEntries(members.map((member) => [member, jwk[member]])) as JWK;
  try {
    const key = await importJWK(bare, alg);
    return key instanceof Uint8Array ? undefined : { kid, alg, key: KeyObject.from(key) };
  } catch {
    return undefined;
  }
}

function isKeyId(kid: unknown): kid is string {
  return typeof kid === 'string' && kid !== '' && kid.length <= MAX_KID_LENGTH;
}

function isAccessTokenAlg(alg: unknown): alg is AccessTokenAlg {
  return (ACCESS_TOKEN_ALGS as readonly unknown[]).includes(alg);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
