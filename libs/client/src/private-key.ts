import { createPrivateKey, KeyObject, type JsonWebKey } from 'node:crypto';
import type { CryptoKey, JWK } from 'jose';

/** PEM text (PKCS#8, PKCS#1 or SEC 1, not encrypted), a private JWK, or a key that was imported already. */
export type PrivateKey = string | JWK | KeyObject | CryptoKey;

export interface SigningKey {
  readonly key: KeyObject | CryptoKey;
  readonly alg: string;
  readonly kid: string | undefined;
}

const ALGS_OF_CURVES: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', 'P-256': 'ES256', 'P-384': 'ES384' };

/**
 * Reads a key and chooses its algorithm: what the caller says, else what the JWK says, else the usual one of its kind (RS256 for RSA).
 * @throws TypeError that says what is wrong and nothing of the key.
 */
export function importPrivateKey(
  input: PrivateKey,
  { purpose = 'private_key_jwt', ...asked }: { alg?: string; kid?: string; purpose?: string } = {},
): SigningKey {
  const key = isImported(input) ? input : parsed(input);
  if (key.type !== 'private') throw new TypeError(`${purpose} needs a private key; this one is public or secret.`);
  const jwk: JWK = typeof input === 'object' && !isImported(input) ? input : {};
  const alg = asked.alg ?? jwk.alg ?? usualAlg(key);
  if (alg === undefined) throw new TypeError(`${purpose} needs a key of P-256, P-384, Ed25519 or RSA.`);
  return { key, alg, kid: asked.kid ?? jwk.kid };
}

function isImported(input: PrivateKey): input is KeyObject | CryptoKey {
  return input instanceof KeyObject || (typeof input === 'object' && input !== null && 'algorithm' in input && 'usages' in input);
}

function parsed(input: string | JWK): KeyObject {
  if (typeof input === 'string' && /ENCRYPTED/.test(input))
    throw new TypeError('The private key is encrypted: open it with createPrivateKey({ key, passphrase }) and pass the result.');
  try {
    return typeof input === 'string' ? createPrivateKey(input) : createPrivateKey({ key: input as JsonWebKey, format: 'jwk' });
  } catch {
    // Not the cause: it may quote the key.
    throw new TypeError('The private key cannot be read: pass PEM text, a private JWK, a KeyObject or a CryptoKey.');
  }
}

function usualAlg(key: KeyObject | CryptoKey): string | undefined {
  if (key instanceof KeyObject) {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
    if (type === 'ec') return ALGS_OF_CURVES[details?.namedCurve ?? ''];
    return { rsa: 'RS256', 'rsa-pss': 'PS256', ed25519: 'EdDSA' }[String(type)];
  }
  const { name, namedCurve } = key.algorithm as { name: string; namedCurve?: string };
  if (name === 'ECDSA') return ALGS_OF_CURVES[namedCurve ?? ''];
  return { 'RSASSA-PKCS1-v1_5': 'RS256', 'RSA-PSS': 'PS256', Ed25519: 'EdDSA' }[name];
}
