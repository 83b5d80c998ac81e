import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { ClientSecretDigest } from '@countersign/oauth';
import type { VersionedKey } from '../config/index.js';
import type { KeyMaterial } from './key-material.js';

/**
 * Keyed SHA-256 of generated secrets. They hold 256 random bits, so a slow hash would buy nothing and cost every token
 * request its time; the pepper keeps a stolen table useless.
 */
export class SecretDigests {
  private readonly peppers: ReadonlyMap<string, VersionedKey>;
  private readonly current: VersionedKey;

  constructor(material: KeyMaterial) {
    const [current] = material.peppers;
    if (!current) throw new Error('There is no pepper.');
    this.current = current;
    this.peppers = new Map(material.peppers.map((pepper) => [pepper.version, pepper]));
  }

  digest(secret: string): { digest: Buffer; pepperVersion: string } {
    return { digest: hmac(this.current, secret), pepperVersion: this.current.version };
  }

  /** RFC 5869: 32 secret bytes for one purpose from each pepper, the current one first; the same on every replica that has the same ones. */
  derivedKeys(purpose: string): Buffer[] {
    return [...this.peppers.values()].map(({ bytes }) => Buffer.from(hkdfSync('sha256', bytes, '', purpose, 32)));
  }

  /** What a secret of unknown age may be stored as: for looking it up by its digest. */
  everyDigest(secret: string): Buffer[] {
    return [...this.peppers.values()].map((pepper) => hmac(pepper, secret));
  }

  /** The stored secret that matches; all are compared, whatever the outcome, in constant time. */
  match(secret: string, stored: readonly ClientSecretDigest[]): ClientSecretDigest | undefined {
    const computed = new Map<string, Buffer>([[this.current.version, hmac(this.current, secret)]]);
    let found: ClientSecretDigest | undefined;
    for (const candidate of stored) {
      const pepper = this.peppers.get(candidate.pepperVersion);
      if (!pepper) continue;
      const digest = computed.get(pepper.version) ?? hmac(pepper, secret);
      computed.set(pepper.version, digest);
      if (timingSafeEqual(digest, candidate.digest)) found = candidate;
    }
    return found;
  }
}

function hmac(pepper: VersionedKey, secret: string): Buffer {
  return createHmac('sha256', pepper.bytes).update(secret).digest();
}

/** For values that only need a name of fixed length, such as a `jti`. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
