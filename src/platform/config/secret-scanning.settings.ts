import { createPublicKey } from 'node:crypto';
import { makeValidator } from 'envalid';

/** A key of a secret scanner, by the name under which it signs. */
export interface ScannerKey {
  readonly id: string;
  /** SPKI in PEM form; P-256. */
  readonly pem: string;
}

const MAX_KEYS = 50;

/** `{"public_keys":[{"key_identifier","key"}]}`, the form in which GitHub publishes its own. @throws TypeError */
export function readScannerKeys(text: string): readonly ScannerKey[] {
  const { public_keys: keys } = JSON.parse(text) as { public_keys?: unknown };
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS)
    throw new TypeError('must be JSON like {"public_keys":[{"key_identifier":"…","key":"-----BEGIN PUBLIC KEY-----…"}]}');
  return keys.map(readScannerKey);
}

function readScannerKey({ key_identifier: id, key: pem }: { key_identifier?: unknown; key?: unknown }): ScannerKey {
  if (typeof id !== 'string' || id === '' || typeof pem !== 'string') throw new TypeError('each key has key_identifier and key');
  const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
  if (asymmetricKeyType !== 'ec' || asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError(`the key ${id} is not P-256`);
  return { id, pem };
}

const scannerKeys = makeValidator<readonly ScannerKey[]>(readScannerKeys);

const scannerKeysUrl = makeValidator<string>((text) => {
  const { protocol, username, hash } = new URL(text);
  if (protocol !== 'https:' || username !== '' || hash !== '') throw new TypeError('must be https, without user and fragment');
  return text;
});

export const secretScanningSettings = {
  SECRET_SCANNING_KEYS: scannerKeys({
    desc: 'Public keys of a secret scanner that reports leaked API keys, as JSON: {"public_keys":[{"key_identifier","key"}]}. Without these and SECRET_SCANNING_KEYS_URL nobody can report.',
    default: undefined,
    example: '{"public_keys":[{"key_identifier":"90a4…","key":"-----BEGIN PUBLIC KEY-----\\n…"}]}',
  }),
  SECRET_SCANNING_KEYS_URL: scannerKeysUrl({
    desc: 'Where a secret scanner publishes its public keys in that form; fetched when a report names an unknown one.',
    default: undefined,
    example: 'https://api.github.com/meta/public_keys/secret_scanning',
  }),
};
