import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { Configuration } from '../../platform/config/index.js';
import { Log } from '../../platform/logging/index.js';
import { RequestMetrics } from '../../platform/metrics/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { Watch } from './watch.service.js';
import { WatchRepository } from './watch.repository.js';

/** Looks every minute or so, never in a request; of several replicas one at a time. */
@Injectable()
export class WatchRounds implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly intervalMs: number;
  private readonly lastSuccess: Gauge<string>;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly watch: Watch,
    private readonly repository: WatchRepository,
    private readonly reaper: Reaper,
    private readonly log: Log,
    metrics: RequestMetrics,
    { settings }: Configuration,
  ) {
    this.intervalMs = settings.WATCH_INTERVAL_SECONDS * 1000;
    this.lastSuccess = metrics.gauge('watch_last_success_timestamp_seconds', 'When this process last looked for what is odd.', []);
  }

  onModuleInit(): void {
    this.reaper.add({ name: 'client_habits', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  onApplicationBootstrap(): void {
    if (this.intervalMs === 0) return;
    this.timer = setInterval(() => (this.running ??= this.look().finally(() => (this.running = undefined))), this.intervalMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async look(): Promise<void> {
    try {
      await this.watch.look(new Date());
      this.lastSuccess.set(Date.now() / 1000);
    } catch (error) {
      this.log.warn('watch.failed', { error });
    }
  }
}
