import { createRemoteJWKSet, customFetch } from 'jose';
import { LRUCache } from 'lru-cache';
import { guardedFetch } from '../../platform/outbound/index.js';
import { patientFetch } from './patient-fetch.js';

const COOLDOWN_MS = 30_000;
const MAX_AGE_MS = 600_000;
/** Of a set without keys: the functions around it. */
const EMPTY_BYTES = 2 * 1024;

export type RemoteSet = ReturnType<typeof createRemoteJWKSet>;

export interface KeySetLimits {
  readonly bytesInAll: number;
  /** At most 256 KiB. */
  readonly bytesPerSet: number;
}

/** Public keys at the addresses that clients named. Those that nobody has asked for the longest are forgotten. */
export class RemoteKeySets {
  /** In another object after each fetch, because a value that is there already keeps the size that it had. */
  private readonly sets: LRUCache<string, { readonly set: RemoteSet }>;

  constructor(
    private readonly limits: KeySetLimits,
    private readonly fetch: typeof guardedFetch = guardedFetch,
  ) {
    this.sets = new LRUCache({ maxSize: limits.bytesInAll });
  }

  of(clientId: string, uri: string): RemoteSet {
    // By client too: one tenant's misses must not start the cooldown of another's.
    const name = `${clientId} ${uri}`;
    return this.sets.get(name)?.set ?? this.add(name, uri);
  }

  /** For how many clients there is one. */
  get count(): number {
    return this.sets.size;
  }

  private add(name: string, uri: string): RemoteSet {
    const counted = patientFetch(async (url, init) => {
      const text = await (await this.fetch(url, { ...init, maxBytes: this.limits.bytesPerSet })).text();
      this.sets.set(name, { set }, { size: EMPTY_BYTES + Buffer.byteLength(text) });
      return new Response(text);
    });
    const set = createRemoteJWKSet(new URL(uri), { cooldownDuration: COOLDOWN_MS, cacheMaxAge: MAX_AGE_MS, [customFetch]: counted });
    this.sets.set(name, { set }, { size: EMPTY_BYTES });
    return set;
  }
}
