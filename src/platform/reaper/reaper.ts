import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { PlatformTransactions, tryLock, type Transaction } from '../database/index.js';
import { Log } from '../logging/index.js';
import { RequestMetrics } from '../metrics/index.js';

const INTERVAL_MS = 60_000;
const BATCH = 1_000;
const MAX_BATCHES = 50;

/** Rows of one kind whose time is over. */
export interface ReapingJob {
  readonly name: string;
  /** Deletes at most `limit` rows and answers how many it deleted. */
  reap(tx: Transaction, limit: number): Promise<number>;
}

/** Removes what has expired, in the server process and in small batches; one replica at a time works on a job. */
@Injectable()
export class Reaper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly jobs: ReapingJob[] = [];
  private readonly lastSuccess: Gauge<'job'>;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly log: Log,
    metrics: RequestMetrics,
  ) {
    this.lastSuccess = metrics.gauge('reaper_last_success_timestamp_seconds', 'When expired rows were last removed.', ['job']);
  }

  add(job: ReapingJob): void {
    this.jobs.push(job);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => (this.running ??= this.reapAll().finally(() => (this.running = undefined))), INTERVAL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  async reapAll(): Promise<void> {
    for (const job of this.jobs) {
      try {
        await this.reap(job);
        this.lastSuccess.set({ job: job.name }, Date.now() / 1000);
      } catch (error) {
        this.log.warn('reaper.failed', { job: job.name, error });
      }
    }
  }

  private async reap(job: ReapingJob): Promise<void> {
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const removed = await this.transactions.run(async (tx) => ((await tryLock(tx, `reaper:${job.name}`)) ? job.reap(tx, BATCH) : 0));
      if (removed < BATCH) return;
    }
  }
}
