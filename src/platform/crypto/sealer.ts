import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, errors } from 'jose';
import type { Zone } from '@countersign/oauth';
import type { VersionedKey } from '../config/index.js';
import type { KeyMaterial } from './key-material.js';

/** The key-encryption key that sealed a value is not configured here. */
export class MissingKeyEncryptionKey extends Error {
  constructor(zone: Zone, version: string, wrong = false, options: ErrorOptions = {}) {
    const mistake = wrong ? 'is another one than the one that sealed what is stored' : 'is not configured';
    super(`The key-encryption key "${version}" of the ${zone} zone ${mistake}.`, options);
  }
}

/**
 * Envelope encryption at rest: every value gets a fresh content key, wrapped by the zone's key-encryption key
 * (JWE A256GCMKW + A256GCM, RFC 7518 §4.7). The purpose is authenticated, so that sealed values cannot be swapped.
 */
export class Sealer {
  constructor(private readonly material: KeyMaterial) {}

  async seal(zone: Zone, purpose: string, plaintext: Uint8Array): Promise<string> {
    const key = this.keysOf(zone)[0];
    if (!key) throw new MissingKeyEncryptionKey(zone, 'current');
    return new CompactEncrypt(plaintext)
      .setProtectedHeader({ alg: 'A256GCMKW', enc: 'A256GCM', kid: key.version, purpose: `${zone}:${purpose}` })
      .encrypt(key.bytes);
  }

  async open(zone: Zone, purpose: string, sealed: string): Promise<Uint8Array> {
    const header = decodeProtectedHeader(sealed);
    const key = this.keysOf(zone).find((candidate) => candidate.version === header['kid']);
    if (!key) throw new MissingKeyEncryptionKey(zone, String(header['kid']));
    if (header['purpose'] !== `${zone}:${purpose}`) throw new Error('A sealed value was found in the place of another.');
    const algorithms = { keyManagementAlgorithms: ['A256GCMKW'], contentEncryptionAlgorithms: ['A256GCM'] };
    const { plaintext } = await compactDecrypt(sealed, key.bytes, algorithms).catch((cause: unknown) => {
      throw cause instanceof errors.JWEDecryptionFailed ? new MissingKeyEncryptionKey(zone, key.version, true, { cause }) : cause;
    });
    return plaintext;
  }

  private keysOf(zone: Zone): readonly VersionedKey[] {
    return this.material.keyEncryptionKeys[zone] ?? [];
  }
}
