import { setTimeout as pause } from 'node:timers/promises';
import type { AccessTokenClaims } from '@countersign/oauth';
import { RevocationDocuments } from './revocation-documents.js';
import type { RevocationFeedEvent, RevocationFeedOptions, RevocationFeedStats } from './revocation-feed-options.js';
import { RevocationKnowledge } from './revocation-knowledge.js';
import type { RevocationChecker } from './revocation-list.js';
import { RevocationSource, RevocationSourceRefused } from './revocation-source.js';
import { RevocationsStale } from './revocations-stale.js';
import { TokenRefused } from './token-refused.js';

const RETRY_AFTER_SECONDS = 5;
const FIRST_PAUSE_SECONDS = 0.25;
const LONGEST_PAUSE_SECONDS = 15;
/** The most that an issuer's Retry-After is obeyed. */
const LONGEST_WAIT_SECONDS = 60;
/** A stream without news for so many heartbeats is dead, whatever still drips from it. */
const MISSED_HEARTBEATS = 3;
const PRUNE_MS = 60_000;

/**
 * Follows the revocations that concern one API, and answers from memory: also while the issuer is away, until `max_staleness`
 * has passed. Give it to a verifier as `revocations`.
 */
export class RevocationFeed implements RevocationChecker {
  private readonly clock: () => number;
  private readonly knowledge: RevocationKnowledge;
  private readonly documents: RevocationDocuments;
  private readonly source: RevocationSource;
  private readonly closing = new AbortController();
  private readonly counts = { snapshots: 0, deltas: 0, refusedDocuments: 0 };
  private isConnected = false;
  /** The last stream worked, so the next one goes on from there; else a snapshot tells whether the issuer is there at all. */
  private canContinue = false;
  private saidStale = false;
  private failures = 0;
  private mending: Promise<void> | undefined;
  private firstAttempt: Promise<void> | undefined;
  private running: Promise<void> | undefined;
  private pruning: NodeJS.Timeout | undefined;

  constructor(private readonly options: RevocationFeedOptions) {
    const { issuer, audience, keys, maxEntries, maxStalenessSeconds, clock = Date.now } = options;
    this.clock = clock;
    this.knowledge = new RevocationKnowledge({ clock, maxEntries, maxStalenessSeconds });
    this.documents = new RevocationDocuments({ issuer, audience, keys, clock });
    this.source = new RevocationSource(options);
  }

  /** Begins to follow. Resolves after the first attempt, whether or not the issuer could be reached: a guard starts without it. */
  start(): Promise<void> {
    this.firstAttempt ??= new Promise((resolve) => {
      this.pruning = setInterval(() => this.knowledge.list.prune(this.clock() / 1000), PRUNE_MS).unref();
      this.running = this.follow(resolve);
    });
    return this.firstAttempt;
  }

  /** Ends the connection. What is known stays, and becomes stale. */
  async close(): Promise<void> {
    clearInterval(this.pruning);
    this.closing.abort();
    await this.running;
  }

  stats(): RevocationFeedStats {
    const { position, list, ageSeconds } = this.knowledge;
    return {
      isConnected: this.isConnected,
      isFresh: this.knowledge.isFresh(),
      ageSeconds: Number.isFinite(ageSeconds) ? ageSeconds : undefined,
      position,
      entries: list.size,
      ...this.counts,
    };
  }

  isRevoked(claims: Readonly<AccessTokenClaims>): boolean {
    return this.knowledge.list.isRevoked(claims);
  }

  requireFresh(scopes: Iterable<string>): void {
    if (this.knowledge.isFresh() || this.knowledge.isLowRisk(scopes)) return;
    const { ageSeconds } = this.knowledge;
    if (!this.saidStale) {
      this.saidStale = true;
      this.report({ type: 'stale', ageSeconds });
    }
    throw new RevocationsStale(`The newest word of revocations is ${ageSeconds.toFixed(1)} s old.`, RETRY_AFTER_SECONDS);
  }

  private async follow(attempted: () => void): Promise<void> {
    while (!this.closing.signal.aborted) {
      const failure = await this.connectOnce(attempted);
      attempted();
      await this.pauseAfter(failure);
    }
    attempted();
  }

  /** Snapshot, then stream; answers why it ended. */
  private async connectOnce(attempted: () => void): Promise<unknown> {
    const connection = new AbortController();
    const cut = (): void => connection.abort(new Error('The feed was closed.'));
    this.closing.signal.addEventListener('abort', cut);
    try {
      if (!this.canContinue || this.knowledge.needsSnapshot) await this.takeSnapshot(connection.signal);
      attempted();
      this.canContinue = false;
      await this.listen(connection);
      return new Error('The issuer ended the stream.');
    } catch (error) {
      if (error instanceof TokenRefused) this.canContinue = false;
      return connection.signal.aborted ? connection.signal.reason : error;
    } finally {
      this.isConnected = false;
      this.closing.signal.removeEventListener('abort', cut);
      connection.abort();
      await this.mending;
    }
  }

  private async listen(connection: AbortController): Promise<void> {
    const silence = this.watchSilence(connection);
    let isFirst = true;
    try {
      for await (const jws of this.source.deltas(this.knowledge.position ?? 0, connection.signal)) {
        const delta = await this.believe(this.documents.delta(jws));
        // A replica that is behind us, or a database that was restored: what it has that we lack, its snapshot tells.
        const isBehind = isFirst && delta.to < (this.knowledge.position ?? 0);
        if (this.knowledge.takeDelta(delta)) silence.refresh();
        if (isBehind || this.knowledge.needsSnapshot) this.mend(connection.signal);
        if (isFirst) this.connected();
        // A stream that only opens and ends, again and again, is no success.
        else this.failures = 0;
        this.counts.deltas++;
        this.sayFresh();
        isFirst = false;
      }
    } finally {
      clearTimeout(silence);
    }
  }

  private connected(): void {
    this.isConnected = true;
    this.canContinue = true;
    this.report({ type: 'connected' });
  }

  private watchSilence(connection: AbortController): NodeJS.Timeout {
    const seconds = MISSED_HEARTBEATS * Math.max(1, this.knowledge.heartbeatSeconds);
    return setTimeout(() => connection.abort(new Error(`The stream brought no news for ${seconds} s.`)), seconds * 1000).unref();
  }

  /** A snapshot beside the stream; one at a time, again until nothing is missing. */
  private mend(signal: AbortSignal): void {
    this.mending ??= this.mendUntilComplete(signal).finally(() => (this.mending = undefined));
  }

  private async mendUntilComplete(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted && (attempt === 0 || this.knowledge.needsSnapshot); attempt++) {
      try {
        await this.takeSnapshot(signal);
      } catch (error) {
        if (!signal.aborted) this.report({ type: 'snapshot_failed', error });
      }
      if (this.knowledge.needsSnapshot) await rest(pauseSeconds(attempt), signal);
    }
  }

  private async takeSnapshot(signal: AbortSignal): Promise<void> {
    const snapshot = await this.believe(this.documents.snapshot(await this.source.snapshot(signal)));
    this.knowledge.takeSnapshot(snapshot);
    this.counts.snapshots++;
    this.report({ type: 'snapshot', position: snapshot.seq, entries: snapshot.entries.length });
    this.sayFresh();
  }

  private async believe<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (error instanceof TokenRefused) {
        this.counts.refusedDocuments++;
        this.report({ type: 'document_refused', error });
      }
      throw error;
    }
  }

  private async pauseAfter(failure: unknown): Promise<void> {
    if (this.closing.signal.aborted) return;
    const asked = failure instanceof RevocationSourceRefused ? (failure.retryAfterSeconds ?? 0) : 0;
    const seconds = Math.max(pauseSeconds(this.failures++), Math.min(asked, LONGEST_WAIT_SECONDS));
    this.report({ type: 'disconnected', error: failure, retryInSeconds: seconds });
    await rest(seconds, this.closing.signal);
  }

  private sayFresh(): void {
    if (!this.saidStale || !this.knowledge.isFresh()) return;
    this.saidStale = false;
    this.report({ type: 'fresh' });
  }

  private report(event: RevocationFeedEvent): void {
    this.options.onEvent?.(event);
  }
}

/** 0.25, 0.5, 1 … 15 s; half of it by chance, so that the guards of a fleet do not come back together. */
function pauseSeconds(failures: number): number {
  return Math.min(FIRST_PAUSE_SECONDS * 2 ** failures, LONGEST_PAUSE_SECONDS) * (0.5 + Math.random() / 2);
}

/** Ends early, and without complaint, when the signal says so. Keeps no process alive. */
function rest(seconds: number, signal: AbortSignal): Promise<void> {
  return pause(seconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
}
