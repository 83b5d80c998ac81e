import { CLOCK_TOLERANCE_SECONDS, type RevocationDelta, type RevocationSnapshot } from './revocation-documents.js';
import { RevocationList } from './revocation-list.js';

const HEARTBEAT_SECONDS = 5;

export interface RevocationKnowledgeOptions {
  /** In place of what the issuer says. */
  maxStalenessSeconds?: number | undefined;
  maxEntries?: number | undefined;
  /** Milliseconds since 1970. */
  clock: () => number;
}

/**
 * What a guard knows of revocations, how far it is complete, and until when that is recent enough.
 * Documents may come late, twice, in any order and from replicas that are behind: entries only add up, and a gap is seen.
 */
export class RevocationKnowledge {
  readonly list: RevocationList;
  heartbeatSeconds = HEARTBEAT_SECONDS;
  /** Everything up to here is known. */
  private complete: number | undefined;
  /** What was heard beyond a gap. */
  private ahead: { from: number; to: number } | undefined;
  /** The position at which something was revoked that this version does not understand. */
  private blindAt: number | undefined;
  private settings: { readonly version: string; readonly issuedAt: number; readonly isOutdated: boolean } | undefined;
  private lowRiskScopes: ReadonlySet<string> = new Set();
  private maxStalenessSeconds = 0;
  private newestIssuedAt = -Infinity;
  private receivedAt = -Infinity;
  /** Milliseconds since 1970: two comparisons per request. */
  private freshFrom = Infinity;
  private freshUntil = -Infinity;

  constructor(private readonly options: RevocationKnowledgeOptions) {
    const { maxEntries, clock } = options;
    this.list = new RevocationList({ clock, ...(maxEntries !== undefined && { maxEntries }) });
  }

  /** Where to continue from; undefined before the first snapshot. */
  get position(): number | undefined {
    return this.complete;
  }

  get needsSnapshot(): boolean {
    return !this.isComplete() || this.settings?.isOutdated === true;
  }

  /** Seconds since the newest word of the issuer. */
  get ageSeconds(): number {
    return (this.options.clock() - this.receivedAt) / 1000;
  }

  isFresh(): boolean {
    const now = this.options.clock();
    // The second: a clock that was set back would else make old word look fresh for as long.
    return now < this.freshUntil && now >= this.freshFrom;
  }

  /** An operation that names no scope, or one that the catalogue does not have, counts as of high risk. */
  isLowRisk(scopes: Iterable<string>): boolean {
    let isLow = false;
    for (const scope of scopes) {
      if (!this.lowRiskScopes.has(scope)) return false;
      isLow = true;
    }
    return isLow;
  }

  /** Answers whether it is news: a document that is older than another says nothing of now. */
  takeSnapshot(snapshot: RevocationSnapshot): boolean {
    this.list.replace(snapshot.entries, snapshot.seq);
    if (snapshot.everythingUpTo !== undefined) this.list.refuseUpTo(snapshot.everythingUpTo);
    this.complete = Math.max(this.complete ?? snapshot.seq, snapshot.seq);
    this.closeGap();
    if (snapshot.hasUnknownKinds) this.blindAt = snapshot.seq;
    // Only a snapshot that has that position can say that it is over.
    else if (this.blindAt !== undefined && snapshot.seq >= this.blindAt) this.blindAt = undefined;
    this.takeSettings(snapshot);
    return this.hear(snapshot.issuedAt);
  }

  /** Answers whether it is news. */
  takeDelta({ from, to, entries, hasUnknownKinds, issuedAt, settings }: RevocationDelta): boolean {
    this.list.apply(entries);
    if (hasUnknownKinds) this.blindAt = Math.max(this.blindAt ?? to, to);
    if (this.settings && this.settings.version !== settings && issuedAt >= this.settings.issuedAt)
      this.settings = { ...this.settings, isOutdated: true };
    if (this.complete === undefined || from > this.complete) this.ahead = beyond(this.ahead, from, to);
    else this.complete = Math.max(this.complete, to);
    this.closeGap();
    return this.hear(issuedAt);
  }

  private isComplete(): boolean {
    return this.complete !== undefined && this.ahead === undefined && this.blindAt === undefined;
  }

  private closeGap(): void {
    if (this.complete === undefined || this.ahead === undefined || this.ahead.from > this.complete) return;
    this.complete = Math.max(this.complete, this.ahead.to);
    this.ahead = undefined;
  }

  private takeSettings(snapshot: RevocationSnapshot): void {
    const { settings: version, issuedAt, lowRiskScopes, maxStalenessSeconds, heartbeatSeconds } = snapshot;
    if (this.settings && issuedAt < this.settings.issuedAt) return;
    this.settings = { version, issuedAt, isOutdated: false };
    this.lowRiskScopes = lowRiskScopes;
    this.maxStalenessSeconds = this.options.maxStalenessSeconds ?? maxStalenessSeconds;
    this.heartbeatSeconds = heartbeatSeconds;
  }

  /** Only a document newer than all before it proves anything about now, and only to who misses nothing before it. */
  private hear(issuedAt: number): boolean {
    const isNews = this.isComplete() && issuedAt > this.newestIssuedAt;
    if (isNews) {
      this.newestIssuedAt = issuedAt;
      this.receivedAt = this.options.clock();
    }
    this.judgeFreshness();
    return isNews;
  }

  private judgeFreshness(): void {
    // Something was revoked, and nobody here can tell what.
    const until = this.blindAt === undefined ? this.maxStalenessSeconds * 1000 : -Infinity;
    // By the issuer's clock too: word that was held back on the way is as old as its signature says.
    const issuedAt = (this.newestIssuedAt + CLOCK_TOLERANCE_SECONDS) * 1000;
    this.freshUntil = Math.min(this.receivedAt, issuedAt) + until;
    this.freshFrom = this.receivedAt - CLOCK_TOLERANCE_SECONDS * 1000;
  }
}

/** Two stretches beyond a gap: everything before the later start must still be learned. */
function beyond(ahead: { from: number; to: number } | undefined, from: number, to: number): { from: number; to: number } {
  if (ahead === undefined) return { from, to };
  const touches = from <= ahead.to && ahead.from <= to;
  return { from: touches ? Math.min(ahead.from, from) : Math.max(ahead.from, from), to: Math.max(ahead.to, to) };
}
