import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { DpopProofRefused } from './dpop-proof-refused.js';
import { proofAlgorithm, type DpopAlg } from './proof-algorithms.js';

export interface PublicJwk {
  readonly key: KeyObject;
  /** RFC 7638 SHA-256 thumbprint. */
  readonly jkt: string;
}

/** RFC 7638 §3.2: the members that make the key, in the order of the thumbprint. */
const MEMBERS = { EC: ['crv', 'kty', 'x', 'y'], OKP: ['crv', 'kty', 'x'], RSA: ['e', 'kty', 'n'] } as const;
/** RFC 7518 §6.2.2, §6.3.2, §6.4.1, RFC 8037 §2: whoever sends one of these has given the key away. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const RSA_BITS = { min: 2048, max: 4096 };
/** What libraries make. The time of a verification grows with the exponent, which the sender chooses. */
const RSA_EXPONENTS: readonly bigint[] = [3n, 65_537n];

/** The `jwk` of a proof. @throws DpopProofRefused when it is not the public key of the algorithm */
export function readPublicJwk(jwk: unknown, alg: DpopAlg): PublicJwk {
  const { kty, crv } = proofAlgorithm(alg);
  const given = publicMembers(jwk);
  if (given['kty'] !== kty || (crv !== undefined && given['crv'] !== crv)) throw refused('jwk is no key of this algorithm.');
  const members = MEMBERS[kty].map((member) => [member, given[member]] as const);
  if (!members.every(([, value]) => isText(value))) throw refused('jwk is incomplete.');
  const key = imported(Object.fromEntries(members) as JsonWebKey);
  if (kty === 'RSA' && !isUsableRsa(key))
    throw refused(`An RSA key has ${RSA_BITS.min} to ${RSA_BITS.max} bits and the exponent 3 or 65537.`);
  // Of the key as it was read, not as it was spelled: base64url leaves bits over that would give one key two names.
  return { key, jkt: jwkThumbprint(key.export({ format: 'jwk' })) };
}

/** RFC 7638 §3: base64url SHA-256 of the members that make a public key. @throws TypeError for a key of another kind */
export function jwkThumbprint(jwk: JsonWebKey): string {
  const members = MEMBERS[jwk.kty as keyof typeof MEMBERS] as readonly string[] | undefined;
  if (!members) throw new TypeError('Only keys of EC, OKP and RSA have a thumbprint here.');
  const canonical = Object.fromEntries(members.map((member) => [member, jwk[member]]));
  return createHash('sha256').update(JSON.stringify(canonical)).digest('base64url');
}

function publicMembers(jwk: unknown): Readonly<Record<string, unknown>> {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) throw refused('jwk is missing.');
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) throw refused('jwk holds a private key: throw that key away.');
  return jwk as Record<string, unknown>;
}

function isUsableRsa({ asymmetricKeyDetails: details }: KeyObject): boolean {
  const { modulusLength: bits = 0, publicExponent = 0n } = details ?? {};
  return bits >= RSA_BITS.min && bits <= RSA_BITS.max && RSA_EXPONENTS.includes(publicExponent);
}

function imported(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw new DpopProofRefused('key', 'jwk is no usable key.', { cause });
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function refused(message: string): DpopProofRefused {
  return new DpopProofRefused('key', message);
}
