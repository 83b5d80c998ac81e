import type { VerificationKey, KeySource } from './key-source.js';
import { importJwks } from './jwk-set.js';

/** Keys of an issuer that lives in the same process, or of a test. */
export class LocalJwks implements KeySource {
  private keys: ReadonlyMap<string, VerificationKey> = new Map();
  private latest = 0;

  static async from(jwks: unknown): Promise<LocalJwks> {
    const source = new LocalJwks();
    await source.replace(jwks);
    return source;
  }

  /** Takes effect as a whole; of overlapping calls the last one counts. Keys that are not in it are no longer trusted. */
  async replace(jwks: unknown): Promise<void> {
    const turn = ++this.latest;
    const keys = await importJwks(jwks);
    if (turn === this.latest) this.keys = keys;
  }

  find(kid: string): Promise<VerificationKey | undefined> {
    return Promise.resolve(this.keys.get(kid));
  }

  isTrusted(kid: string): boolean {
    return this.keys.has(kid);
  }
}
