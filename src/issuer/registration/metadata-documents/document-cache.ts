import { LRUCache } from 'lru-cache';
import type { DocumentReading, ReadDocument } from './document-reading.js';

/** At most 5 KiB each. */
const MAX_DOCUMENTS = 2_000;
const MAX_FAILURES = 2_000;
/** CIMD-6: failures are no answer; they are remembered only so long that a host in trouble is not asked by every request. */
export const FAILURE_SECONDS = 10;

interface Kept<T> {
  readonly reading: T;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Documents for as long as their hosts say, and one question at a time for each. */
export class DocumentCache {
  private readonly documents = new LRUCache<string, Kept<ReadDocument>>({ max: MAX_DOCUMENTS });
  private readonly failures = new LRUCache<string, Kept<DocumentReading>>({ max: MAX_FAILURES });
  private readonly asking = new Map<string, Promise<DocumentReading>>();

  constructor(
    private readonly ask: (url: string) => Promise<DocumentReading>,
    private readonly now: () => number = Date.now,
  ) {}

  /** What was read a while ago, or is being read; undefined where the host would have to be asked. */
  recall(url: string): DocumentReading | Promise<DocumentReading> | undefined {
    return this.current(this.documents.get(url)) ?? this.current(this.failures.get(url)) ?? this.asking.get(url);
  }

  /** Why it could not be read a moment ago. */
  failureOf(url: string): DocumentReading | undefined {
    return this.current(this.failures.get(url));
  }

  read(url: string): Promise<DocumentReading> {
    const asking = this.asking.get(url) ?? this.ask(url).then((reading) => this.keep(url, reading));
    this.asking.set(url, asking);
    return asking.finally(() => this.asking.delete(url));
  }

  private keep(url: string, reading: DocumentReading): DocumentReading {
    const until = this.now() + 1000 * secondsOf(reading);
    if (reading.kind === 'read') {
      this.documents.set(url, { reading, until });
      this.failures.delete(url);
    } else {
      this.failures.set(url, { reading, until });
      // What it says now counts, also where it says that there is no such app any more.
      if (reading.kind === 'refused') this.documents.delete(url);
    }
    return reading;
  }

  private current<T>(kept: Kept<T> | undefined): T | undefined {
    return kept && kept.until > this.now() ? kept.reading : undefined;
  }
}

/** What is to be asked again sooner is forgotten sooner. */
function secondsOf(reading: DocumentReading): number {
  if (reading.kind === 'read') return reading.freshSeconds;
  return reading.kind === 'unreachable' ? Math.min(FAILURE_SECONDS, reading.retryAfterSeconds) : FAILURE_SECONDS;
}
