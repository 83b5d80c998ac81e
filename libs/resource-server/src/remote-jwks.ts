import { fetchJson } from './fetch-json.js';
import { importJwks } from './jwk-set.js';
import { locateJwks, type JwksLocation } from './jwks-location.js';
import { KeysUnavailable, type KeySource, type VerificationKey } from './key-source.js';

/** For metrics and logs. `stale`: the last good set is too old, and tokens are refused until the issuer is back. */
export type JwksEvent =
  | { type: 'refreshed'; kids: readonly string[] }
  | { type: 'refresh_failed'; error: unknown; ageSeconds: number }
  | { type: 'stale'; ageSeconds: number };

export interface RemoteJwksOptions<K = VerificationKey> extends JwksLocation {
  /** Reads the keys of a fetched set by id, throwing on one that must not replace a good one; absent: keys of access tokens. */
  importKeys?: (document: unknown) => Promise<ReadonlyMap<string, K>>;
  /** A removed key is refused after this at the latest, while the issuer can be reached. */
  maxAgeSeconds?: number;
  /** How long the last good set is used while the issuer cannot be reached. */
  maxStaleSeconds?: number;
  /** Least time between two fetches that unknown key ids ask for. */
  cooldownSeconds?: number;
  timeoutMs?: number;
  maxBytes?: number;
  onEvent?: (event: JwksEvent) => void;
  /** Replace to reach an issuer behind a private CA or a proxy. */
  fetch?: typeof fetch;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

const DEFAULTS = {
  maxAgeSeconds: 600,
  maxStaleSeconds: 86_400,
  cooldownSeconds: 30,
  timeoutMs: 5000,
  maxBytes: 256 * 1024,
} as const;

/** An issuer's published keys. Fetches nothing until a token needs them, so a guard starts while the issuer is down. */
export class RemoteJwks<K = VerificationKey> implements KeySource<K> {
  private readonly options: RemoteJwksOptions<K> & typeof DEFAULTS & { fetch: typeof fetch };
  private readonly importKeys: (document: unknown) => Promise<ReadonlyMap<string, K>>;
  private readonly now: () => number;
  private keys: ReadonlyMap<string, K> | undefined;
  private fetchedAt = -Infinity;
  private triedAt = -Infinity;
  private failures = 0;
  private lastError: unknown;
  private reportedStale = false;
  private refreshing: Promise<void> | undefined;

  constructor(options: RemoteJwksOptions<K>) {
    const merged = { ...DEFAULTS, fetch: globalThis.fetch, ...options } as typeof this.options;
    this.options = { ...merged, cooldownSeconds: Math.min(merged.cooldownSeconds, merged.maxAgeSeconds) as typeof merged.cooldownSeconds };
    // Only a source of the default kind of key is made without importKeys.
    this.importKeys = options.importKeys ?? (importJwks as unknown as typeof this.importKeys);
    const clock = options.clock ?? Date.now;
    this.now = () => clock() / 1000;
  }

  isTrusted(kid: string): boolean {
    const now = this.now();
    const age = now - this.fetchedAt;
    // Nobody asked for a while: whether the key still stands must be seen first.
    if (age >= this.options.maxStaleSeconds || now - this.triedAt >= this.options.maxAgeSeconds) return false;
    if (age >= this.options.maxAgeSeconds / 2 && this.mayTry(now)) void this.refresh();
    return this.keys?.has(kid) ?? false;
  }

  async find(kid: string): Promise<K | undefined> {
    if (!this.isTrusted(kid) && (this.refreshing !== undefined || this.mayTry(this.now()))) await this.refresh();
    const age = this.now() - this.fetchedAt;
    if (age >= this.options.maxStaleSeconds) throw this.unavailable(age);
    return this.keys?.get(kid);
  }

  /** One fetch at a time, however many ask; never rejects. */
  private refresh(): Promise<void> {
    this.refreshing ??= this.load().finally(() => {
      this.triedAt = this.now();
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async load(): Promise<void> {
    try {
      const url = await locateJwks(this.options, this.options);
      this.keys = await this.importKeys(await fetchJson(url, this.options));
      this.fetchedAt = this.now();
      this.failures = 0;
      this.reportedStale = false;
      this.report({ type: 'refreshed', kids: [...this.keys.keys()] });
    } catch (error) {
      // The last good set stays.
      this.failures++;
      this.lastError = error;
      this.report({ type: 'refresh_failed', error, ageSeconds: this.now() - this.fetchedAt });
    }
  }

  private mayTry(now: number): boolean {
    return now - this.triedAt >= this.pauseSeconds();
  }

  /** After a success the cooldown; after failures 1, 2, 4 … s up to the cooldown, so that an outage ends soon after it ends. */
  private pauseSeconds(): number {
    const { cooldownSeconds } = this.options;
    return this.failures === 0 ? cooldownSeconds : Math.min(cooldownSeconds, 2 ** (this.failures - 1));
  }

  private unavailable(ageSeconds: number): KeysUnavailable {
    if (!this.reportedStale && this.keys !== undefined) {
      this.reportedStale = true;
      this.report({ type: 'stale', ageSeconds });
    }
    const retryAfter = Math.max(1, Math.ceil(this.triedAt + this.pauseSeconds() - this.now()));
    return new KeysUnavailable(`The keys of ${this.options.issuer} cannot be fetched.`, retryAfter, { cause: this.lastError });
  }

  private report(event: JwksEvent): void {
    this.options.onEvent?.(event);
  }
}
