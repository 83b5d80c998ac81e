import { KeyObject } from 'node:crypto';
import { CLIENT_ASSERTION_ALGS } from '@countersign/oauth';
import { InvalidJwks } from '@countersign/resource-server';
import { importJWK, type JWK } from 'jose';

export type AssertionAlg = (typeof CLIENT_ASSERTION_ALGS)[number];

/** A public key of a foreign issuer, bound to the algorithms it may verify: one, in both spellings where it has two. */
export interface ForeignKey {
  readonly kid: string;
  readonly algs: readonly AssertionAlg[];
  readonly key: KeyObject;
}

interface Kind {
  readonly members: readonly string[];
  /** The first is taken for a key that names none. */
  readonly algs: readonly (readonly AssertionAlg[])[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  RSA: { members: ['kty', 'n', 'e'], algs: [['RS256'], ['PS256']] },
  'EC P-256': { members: ['kty', 'crv', 'x', 'y'], algs: [['ES256']] },
  'EC P-384': { members: ['kty', 'crv', 'x', 'y'], algs: [['ES384']] },
  // RFC 9864: EdDSA is the old name of Ed25519.
  'OKP Ed25519': { members: ['kty', 'crv', 'x'], algs: [['EdDSA', 'Ed25519']] },
};
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
/** Of signatures, also as SPIFFE bundles mark the keys of JWT-SVIDs. */
const USES: readonly unknown[] = [undefined, 'sig', 'jwt-svid'];
const MAX_KEYS = 100;
const MAX_KID_LENGTH = 256;
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;

/**
 * The usable keys of a JWK set by id. Issuers of all kinds publish them, so `alg` may be missing; then the kind of key tells it.
 * @throws InvalidJwks when it is no set, holds private keys, or holds no usable key.
 */
export async function importForeignKeys(document: unknown): Promise<ReadonlyMap<string, ForeignKey>> {
  const list = isRecord(document) ? document['keys'] : undefined;
  if (!Array.isArray(list) || !list.every(isRecord)) throw new InvalidJwks('The document is not a JWK set.');
  if (list.length > MAX_KEYS) throw new InvalidJwks(`The JWK set holds more than ${MAX_KEYS} keys.`);
  // JOSE-12: an issuer that publishes its private key vouches for nobody.
  if (list.some((jwk) => PRIVATE_MEMBERS.some((member) => member in jwk)))
    throw new InvalidJwks('The JWK set holds private or symmetric key material.');
  const keys = new Map<string, ForeignKey>();
  for (const jwk of list) {
    const key = await importKey(jwk);
    if (key && !keys.has(key.kid)) keys.set(key.kid, key);
  }
  if (keys.size === 0) throw new InvalidJwks('The JWK set holds no key with a kid that can verify assertions.');
  return keys;
}

async function importKey(jwk: Record<string, unknown>): Promise<ForeignKey | undefined> {
  const { kid, use } = jwk;
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID_LENGTH || !USES.includes(use)) return undefined;
  const kind = kindOf(jwk);
  // RFC 8725 §3.1: one key, one algorithm.
  const algs = kind?.algs.find((spellings) => jwk['alg'] === undefined || (spellings as readonly unknown[]).includes(jwk['alg']));
  const key = kind && algs?.[0] && (await publicKey(jwk, kind, algs[0]));
  return key && algs && { kid, algs, key };
}

function kindOf({ kty, crv }: Record<string, unknown>): Kind | undefined {
  const name = kty === 'RSA' ? 'RSA' : `${String(kty)} ${String(crv)}`;
  return Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
}

async function publicKey(jwk: Record<string, unknown>, { members }: Kind, alg: AssertionAlg): Promise<KeyObject | undefined> {
  const bare = Object.fromEntries(members.map((member) => [member, jwk[member]])) as JWK;
  try {
    const imported = await importJWK(bare, alg);
    if (imported instanceof Uint8Array) return undefined;
    const key = KeyObject.from(imported);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS;
    return bits < MIN_RSA_BITS || bits > MAX_RSA_BITS ? undefined : key;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
