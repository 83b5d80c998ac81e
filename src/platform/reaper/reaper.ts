import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { PlatformTransactions, tryLock, type Transaction } from '../database/index.js';
import { Log } from '../logging/index.js';
import { RequestMetrics } from '../metrics/index.js';

const INTERVAL_MS = 60_000;
const BATCH = 1_000;
/** What is left then is for the next minute. */
const BUDGET_MS = 50_000;

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
  private stopped = false;

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
    this.stopped = true;
    await this.running;
  }

  /** One batch of each in turn, so that what piles up in one table keeps no other waiting. */
  async reapAll(): Promise<void> {
    const end = performance.now() + BUDGET_MS;
    for (let left: readonly ReapingJob[] = this.jobs; left.length > 0 && performance.now() < end;) {
      const unfinished: ReapingJob[] = [];
      for (const job of left) if (!this.stopped && (await this.reap(job))) unfinished.push(job);
      left = unfinished;
    }
  }

  /** @returns whether there is more */
  private async reap(job: ReapingJob): Promise<boolean> {
    try {
      const removed = await this.transactions.run(async (tx) => ((await tryLock(tx, `reaper:${job.name}`)) ? job.reap(tx, BATCH) : 0));
      this.lastSuccess.set({ job: job.name }, Date.now() / 1000);
      return removed >= BATCH;
    } catch (error) {
      this.log.warn('reaper.failed', { job: job.name, error });
      return false;
    }
  }
}
