import { createPublicKey, generateKeyPairSync, KeyObject, type JsonWebKey } from 'node:crypto';
import { DPOP_ALGS, jwkThumbprint } from '@countersign/oauth';
import { importPrivateKey, type PrivateKey, type SigningKey } from '../private-key.js';

export interface DpopOptions {
  /** Default: a new key of P-256, which lives as long as the client does. */
  key?: PrivateKey;
  /** Default: that of the JWK, else ES256, ES384, EdDSA or RS256 by the kind of key. */
  alg?: (typeof DPOP_ALGS)[number];
}

export interface DpopKey extends SigningKey {
  readonly publicJwk: JsonWebKey;
  /** RFC 7638, what tokens are bound to. */
  readonly thumbprint: string;
}

/** @throws TypeError when the key cannot be used for proofs; nothing of it is in the message */
export function dpopKey({ key = newKey(), alg }: DpopOptions): DpopKey {
  const signing = importPrivateKey(key, { ...(alg && { alg }), purpose: 'DPoP' });
  if (!(DPOP_ALGS as readonly string[]).includes(signing.alg))
    throw new TypeError(`DPoP proofs are signed with one of ${DPOP_ALGS.join(', ')}, not ${signing.alg}.`);
  const object = signing.key instanceof KeyObject ? signing.key : KeyObject.from(signing.key);
  const publicJwk = createPublicKey(object).export({ format: 'jwk' });
  return { ...signing, publicJwk, thumbprint: jwkThumbprint(publicJwk) };
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}
