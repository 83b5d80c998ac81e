import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Counter, Gauge } from 'prom-client';
import { Configuration } from '../../platform/config/index.js';
import { httpProblem, Problem } from '../../platform/http/index.js';
import { Log } from '../../platform/logging/index.js';
import { RequestMetrics } from '../../platform/metrics/index.js';
import type { ApiClient } from '../client-auth/index.js';
import { RevocationFeedAccess } from './revocation-feed-access.js';
import { RevocationFeedChannel, type EndReason } from './revocation-feed-channel.js';
import type { RevocationFeedConnection } from './revocation-feed-connection.js';
import { RevocationFeedDocuments } from './revocation-feed-documents.js';
import { REVOCATION_FEED_PROBLEMS } from './revocation-feed.errors.js';
import { RevocationFeedLog } from './revocation-feed-log.js';
import { heartbeatSecondsOf } from './revocation-feed.policy.js';
import { Revocations } from './revocations.service.js';

const TICK_MS = 500;

interface Beating {
  readonly channel: RevocationFeedChannel;
  nextBeatAt: number;
}

/** The open streams of all APIs: pushes what was revoked, and proves at short intervals that nothing was. */
@Injectable()
export class RevocationFeedStreams implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new RevocationFeedLog();
  private readonly channels = new Map<string, Beating>();
  private readonly limit: number;
  private readonly open: Gauge;
  private readonly ended: Counter<'reason'>;
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    private readonly documents: RevocationFeedDocuments,
    private readonly access: RevocationFeedAccess,
    private readonly revocations: Revocations,
    private readonly logger: Log,
    metrics: RequestMetrics,
    { settings }: Configuration,
  ) {
    this.limit = settings.REVOCATION_STREAMS_PER_API;
    this.open = metrics.gauge('revocation_feed_streams', 'Open streams of the revocation feed.', []);
    this.ended = metrics.counter('revocation_feed_streams_ended_total', 'Streams that this process ended.', ['reason']);
    revocations.onApplied((entries) => {
      this.log.append(entries);
      for (const { channel } of this.channels.values()) channel.push();
    });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => (this.beating ??= this.beat().finally(() => (this.beating = undefined))), TICK_MS).unref();
  }

  /** Before the listener closes, which waits for open responses. */
  beforeApplicationShutdown(): void {
    this.isStopping = true;
    clearInterval(this.timer);
    for (const { channel } of this.channels.values()) channel.endAll('shutdown');
  }

  /**
   * @param connect is called when nothing stands against it.
   * @throws Problem `too_many_streams`, or `service_unavailable` from a process that is stopping.
   */
  follow(client: ApiClient, from: number | undefined, connect: () => RevocationFeedConnection): void {
    if (this.isStopping) throw httpProblem('service_unavailable', 'This process is stopping.', { headers: { 'retry-after': '1' } });
    const { channel } = this.channelOf(client.api.id);
    if (channel.size >= this.limit)
      throw new Problem(REVOCATION_FEED_PROBLEMS, 'too_many_streams', `The API has ${this.limit} streams open already. Close some.`, {
        headers: { 'retry-after': '30' },
      });
    channel.join({ connection: connect(), client }, from);
    this.countOpen();
  }

  private channelOf(apiId: string): Beating {
    let beating = this.channels.get(apiId);
    if (!beating) {
      const channel = new RevocationFeedChannel({
        log: this.log,
        documents: this.documents,
        api: () => this.access.api(apiId),
        ended: (reason: EndReason) => this.ended.inc({ reason }),
        failed: (error) => this.logger.warn('revocation_feed.failed', { client_id: apiId, error }),
      });
      beating = { channel, nextBeatAt: this.nextBeatOf(apiId) };
      this.channels.set(apiId, beating);
    }
    return beating;
  }

  private async beat(): Promise<void> {
    this.forgetEmpty();
    const now = Date.now();
    const due = [...this.channels].filter(([, { nextBeatAt }]) => nextBeatAt <= now);
    if (due.length === 0) return;
    const isCurrent = await this.revocations.ensureCurrent().then(
      () => true,
      () => false,
    );
    for (const [apiId, beating] of due) {
      beating.nextBeatAt = this.nextBeatOf(apiId);
      beating.channel.expel(await this.access.unwelcome(beating.channel.clients()));
      beating.channel.heartbeat(isCurrent);
    }
  }

  private nextBeatOf(apiId: string): number {
    const api = this.access.api(apiId);
    return Date.now() + (api ? heartbeatSecondsOf(api.maxStalenessSeconds) * 1000 : 0);
  }

  private forgetEmpty(): void {
    for (const [apiId, { channel }] of this.channels) if (channel.size === 0) this.channels.delete(apiId);
    this.countOpen();
  }

  private countOpen(): void {
    this.open.set([...this.channels.values()].reduce((sum, { channel }) => sum + channel.size, 0));
  }
}
