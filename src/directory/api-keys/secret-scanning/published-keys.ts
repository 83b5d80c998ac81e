import { readScannerKeys, type ScannerKey } from '../../../platform/config/index.js';

/** An unknown name may be that of a new key; who invents names makes one fetch a minute. */
const REFETCH_MS = 60_000;
/** While they cannot be had, a report that may be true is waiting. */
const RETRY_MS = 5_000;

export interface PublishedKeysOptions {
  /** @throws Error when there is no answer */
  readonly fetch: () => Promise<Response>;
  readonly onFailure: (error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** The public keys that a scanner publishes: fetched when somebody names one that is not known, by one fetch for all who do. */
export class PublishedKeys {
  private keys: readonly ScannerKey[] = [];
  private nextFetchAt = -Infinity;
  private isFailing = false;
  private fetching: Promise<void> | undefined;
  private readonly clock: () => number;

  constructor(private readonly options: PublishedKeysOptions) {
    this.clock = options.clock ?? Date.now;
  }

  /** @returns undefined: there is none of that name; `unknown`: the present keys could not be had, so nobody can tell */
  async find(id: string): Promise<ScannerKey | 'unknown' | undefined> {
    const known = this.named(id);
    if (known) return known;
    if (this.fetching || this.clock() >= this.nextFetchAt) await (this.fetching ??= this.fetch());
    return this.named(id) ?? (this.isFailing ? 'unknown' : undefined);
  }

  private named(wanted: string): ScannerKey | undefined {
    return this.keys.find(({ id }) => id === wanted);
  }

  private async fetch(): Promise<void> {
    try {
      const response = await this.options.fetch();
      if (response.status !== 200) throw new Error(`The answer was ${response.status}.`);
      this.keys = readScannerKeys(await response.text());
      this.isFailing = false;
    } catch (error) {
      // The last good ones go on.
      this.isFailing = true;
      this.options.onFailure(error);
    } finally {
      this.nextFetchAt = this.clock() + (this.isFailing ? RETRY_MS : REFETCH_MS);
      this.fetching = undefined;
    }
  }
}
