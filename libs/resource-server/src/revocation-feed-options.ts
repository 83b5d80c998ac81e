import type { KeySource } from './key-source.js';
import type { RevocationSourceOptions } from './revocation-source.js';

/** For metrics and logs. `stale`: requests of medium and high risk are being refused until the issuer is heard again. */
export type RevocationFeedEvent =
  | { type: 'connected' }
  | { type: 'disconnected'; error: unknown; retryInSeconds: number }
  | { type: 'snapshot'; position: number; entries: number }
  | { type: 'snapshot_failed'; error: unknown }
  | { type: 'document_refused'; error: unknown }
  | { type: 'stale'; ageSeconds: number }
  | { type: 'fresh' };

export interface RevocationFeedOptions extends RevocationSourceOptions {
  /** Identifier of the API: the audience of its tokens. */
  audience: string;
  /** The issuer's keys; share them with the verifier. */
  keys: KeySource;
  /** In place of what the issuer says of this API, in seconds. */
  maxStalenessSeconds?: number;
  /** Beyond it, every token issued before is refused rather than memory filled. */
  maxEntries?: number;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** Called in passing: must be quick and must not throw. */
  onEvent?: (event: RevocationFeedEvent) => void;
}

export interface RevocationFeedStats {
  /** A stream is open and has proven itself. */
  readonly isConnected: boolean;
  /** Recent enough for every risk. */
  readonly isFresh: boolean;
  /** Seconds since the newest word of the issuer; undefined before the first. */
  readonly ageSeconds: number | undefined;
  /** Everything up to here is known; undefined before the first snapshot. */
  readonly position: number | undefined;
  readonly entries: number;
  readonly snapshots: number;
  readonly deltas: number;
  readonly refusedDocuments: number;
}
