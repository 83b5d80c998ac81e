import { LRUCache } from 'lru-cache';
import type { IntrospectedApiKey } from './introspected-api-key.js';

/** What the issuer said about a text. */
export interface RememberedApiKey {
  /** undefined: no key, or one that may not be used. */
  readonly key: IntrospectedApiKey | undefined;
  /** The feed held a revocation of it, or of what it stands on, when the issuer was asked. */
  readonly wasRevoked: boolean;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  /** The issuer could not be asked again: until then nobody tries, milliseconds since 1970. */
  readonly retryAt?: number;
}

const MAX_REFUSED = 2_000;

/** Under the SHA-256 of the text, which is never kept itself. Invented texts have a place of their own: they push out no key. */
export class RememberedApiKeys {
  private readonly good: LRUCache<string, RememberedApiKey>;
  private readonly refused = new LRUCache<string, RememberedApiKey>({ max: MAX_REFUSED });

  constructor(size: number) {
    this.good = new LRUCache({ max: size });
  }

  get(name: string): RememberedApiKey | undefined {
    return this.good.get(name) ?? this.refused.get(name);
  }

  set(name: string, answer: RememberedApiKey): void {
    const [place, other] = answer.key ? [this.good, this.refused] : [this.refused, this.good];
    other.delete(name);
    place.set(name, answer);
  }
}
