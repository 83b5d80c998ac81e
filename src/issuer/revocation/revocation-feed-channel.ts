import type { CatalogueApi } from '../../directory/api-resources/index.js';
import type { ApiClient } from '../client-auth/index.js';
import type { RevocationFeedConnection } from './revocation-feed-connection.js';
import type { RevocationFeedDocuments, Stretch } from './revocation-feed-documents.js';
import type { RevocationFeedLog } from './revocation-feed-log.js';
import { concerns } from './revocation-feed.policy.js';

/** So that no storm of revocations becomes a storm of signatures. */
const PUSH_INTERVAL_MS = 100;
const MAX_ENTRIES_PER_DOCUMENT = 500;
const MAX_KEPT_CATCH_UPS = 100;
/** For proxies that cut what is silent; no guard takes it for a sign of anything. */
const COMMENT = ': \n\n';

export type EndReason = 'slow' | 'access' | 'shutdown' | 'failed';

export interface FeedMember {
  readonly connection: RevocationFeedConnection;
  /** Who opened it. */
  readonly client: ApiClient;
}

export interface ChannelSources {
  readonly log: RevocationFeedLog;
  readonly documents: RevocationFeedDocuments;
  /** The API as it is now; undefined when it is gone. */
  readonly api: () => CatalogueApi | undefined;
  readonly ended: (reason: EndReason) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The streams of one API. Every document is signed once and goes to all, one after the other, so that each stream is a chain of
 * stretches without a gap: who joins gets the stretch from its own position to that of the others first.
 */
export class RevocationFeedChannel {
  private readonly admitted = new Set<FeedMember>();
  private readonly live = new Set<FeedMember>();
  private readonly catchUps = new Map<number, Promise<readonly string[]>>();
  /** What all live streams have got. */
  private position: number;
  private work: Promise<void> = Promise.resolve();
  private pushing: NodeJS.Timeout | undefined;
  private pushedAt = 0;

  constructor(private readonly sources: ChannelSources) {
    this.position = sources.log.position;
  }

  get size(): number {
    return this.admitted.size;
  }

  join(member: FeedMember, from: number | undefined): void {
    this.admitted.add(member);
    member.connection.onClose(() => this.leave(member));
    this.enqueue(async () => {
      for (const text of await this.catchUp(from)) if (!this.send(member, text)) return;
      if (member.connection.isOpen) this.live.add(member);
    });
  }

  /** Something was revoked. The first is sent at once, more of them together a moment later. */
  push(): void {
    const wait = Math.max(0, this.pushedAt + PUSH_INTERVAL_MS - Date.now());
    this.pushing ??= setTimeout(() => {
      this.pushing = undefined;
      this.pushedAt = Date.now();
      this.enqueue(() => this.flush(false));
    }, wait);
  }

  /** Proves to all that nothing is missing up to now. @param isCurrent when that is not known, nothing is proven. */
  heartbeat(isCurrent: boolean): void {
    this.enqueue(async () => {
      this.catchUps.clear();
      if (isCurrent) await this.flush(true);
      else this.sendAll([COMMENT]);
    });
  }

  /** Who has a stream open. */
  clients(): ApiClient[] {
    return [...this.admitted].map(({ client }) => client);
  }

  expel(clients: ReadonlySet<ApiClient>): void {
    for (const member of this.admitted) if (clients.has(member.client)) this.end(member, 'access');
  }

  endAll(reason: EndReason): void {
    clearTimeout(this.pushing);
    for (const member of this.admitted) this.end(member, reason);
  }

  /** @param isHeartbeat sends a document also when there is nothing to say. */
  private async flush(isHeartbeat: boolean): Promise<void> {
    const { log, api } = this.sources;
    const current = api();
    if (!current) return this.endAll('access');
    const to = log.position;
    if (this.live.size === 0) return this.moveTo(to);
    const isNews = log.between(this.position, to)?.some((entry) => concerns(entry, current)) ?? true;
    if (!isNews && !isHeartbeat) return;
    const texts = await this.sign(current, this.stretches(this.position, to));
    this.moveTo(to);
    this.sendAll(texts);
  }

  private moveTo(position: number): void {
    this.position = position;
    this.catchUps.clear();
  }

  private catchUp(from: number | undefined): Promise<readonly string[]> {
    // Who is further than this process, or nowhere, is told where it stands: it takes a snapshot if it lacks anything.
    const start = from === undefined ? this.position : Math.min(from, this.position);
    let texts = this.catchUps.get(start);
    if (!texts) {
      const current = this.sources.api();
      texts = current ? this.sign(current, this.stretches(start, this.position)) : Promise.resolve([]);
      if (this.catchUps.size >= MAX_KEPT_CATCH_UPS) this.catchUps.clear();
      this.catchUps.set(start, texts);
    }
    return texts;
  }

  /** From one position to another in documents of a bounded size; one that begins at the end where the log no longer reaches back. */
  private stretches(from: number, to: number): Stretch[] {
    const entries = this.sources.log.between(from, to);
    if (!entries) return [{ from: to, to, entries: [] }];
    const stretches: Stretch[] = [];
    let start = from;
    for (let at = 0; at < entries.length; at += MAX_ENTRIES_PER_DOCUMENT) {
      const part = entries.slice(at, at + MAX_ENTRIES_PER_DOCUMENT);
      const end = at + part.length < entries.length ? (part.at(-1)?.seq ?? to) : to;
      stretches.push({ from: start, to: end, entries: part });
      start = end;
    }
    return stretches.length > 0 ? stretches : [{ from, to, entries: [] }];
  }

  private sign(api: CatalogueApi, stretches: readonly Stretch[]): Promise<string[]> {
    const { documents } = this.sources;
    return Promise.all(
      stretches.map(async (stretch) => `id: ${stretch.to}\nevent: delta\ndata: ${await documents.delta(api, stretch)}\n\n`),
    );
  }

  private sendAll(texts: readonly string[]): void {
    for (const member of this.live) for (const text of texts) if (!this.send(member, text)) break;
  }

  private send(member: FeedMember, text: string): boolean {
    if (!member.connection.isOpen) return false;
    if (member.connection.send(text)) return true;
    this.sources.ended('slow');
    return false;
  }

  private end(member: FeedMember, reason: EndReason): void {
    if (!member.connection.isOpen) return;
    member.connection.end();
    this.sources.ended(reason);
  }

  private leave(member: FeedMember): void {
    this.admitted.delete(member);
    this.live.delete(member);
  }

  /** One after the other. What fails ends the streams: guards come back, and none goes on with a gap. */
  private enqueue(task: () => Promise<void>): void {
    this.work = this.work.then(task).catch((error: unknown) => {
      this.sources.failed(error);
      this.catchUps.clear();
      this.endAll('failed');
    });
  }
}
