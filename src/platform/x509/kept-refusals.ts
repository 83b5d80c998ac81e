import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ClientCertificate } from '@countersign/oauth';

const MAX_KEPT = 1_000;

/**
 * Verdicts on certificates that were refused, so that who shows them again and again costs no signature check each time. Few, and
 * apart from the good ones: strangers fill it.
 */
export class KeptRefusals<T extends object> {
  private readonly kept = new LRUCache<string, T>({ max: MAX_KEPT });

  /** By all that was sent: the same leaf with another chain may be a good one. */
  find(shown: ClientCertificate): T | undefined {
    return this.kept.get(digestOf(shown));
  }

  keep(shown: ClientCertificate, refusal: T): void {
    this.kept.set(digestOf(shown), refusal);
  }

  clear(): void {
    this.kept.clear();
  }
}

function digestOf({ leaf, chain }: ClientCertificate): string {
  const hash = createHash('sha256');
  // DER says its own length, but nobody has judged yet whether this is DER.
  for (const der of [leaf, ...chain]) hash.update(`${der.length}:`).update(der);
  return hash.digest('base64url');
}
