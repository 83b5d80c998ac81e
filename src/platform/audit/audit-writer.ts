import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { SingleUse } from '@countersign/oauth';
import { sha256 } from '../crypto/index.js';
import { isDatabaseUnavailable } from '../database/index.js';
import { Reaper } from '../reaper/index.js';
import type { AuditEvent } from './audit-event.js';
import { AuditBatches } from './audit-batches.js';
import { AuditRepository } from './audit.repository.js';
import { auditRow, type AuditRow } from './audit-row.js';

const MAX_BATCH = 256;
const MAX_QUEUE = 5_000;
/** A database that has gone silent must not hold a request longer than its client waits. */
const MAX_WAIT_MS = 5_000;

/** The audit could not be written, so what it would have recorded must not happen. */
export class AuditUnavailable extends Error {
  constructor(reason: string, cause?: unknown) {
    super(`The audit log cannot be written: ${reason}.`, { cause });
  }
}

/** A value that may be used once was used before. */
export class AlreadyUsed extends Error {
  constructor() {
    super('A single-use value was presented again.');
  }
}

interface Entry {
  arrivedAt: number;
  row: AuditRow;
  singleUse: { owner: string; digest: Buffer; expiresAt: Date } | undefined;
  resolve: () => void;
  reject: (reason: Error) => void;
}

/**
 * Group commit: rows of concurrent requests share one statement. One batch is in flight; the next starts when it has
 * committed, with all that came meanwhile. A promise resolves only when its own row is durable.
 */
@Injectable()
export class AuditWriter implements OnModuleInit, OnApplicationShutdown {
  private queue: Entry[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly batches: AuditBatches,
    private readonly repository: AuditRepository,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'single_use_values', reap: (tx, limit) => this.repository.reapSingleUse(tx, limit) });
  }

  /**
   * @param singleUse is claimed in the same transaction; the loser's row is not written.
   * @throws AuditUnavailable, AlreadyUsed
   */
  append(event: AuditEvent, singleUse?: SingleUse): Promise<void> {
    if (this.queue.length >= MAX_QUEUE) return Promise.reject(new AuditUnavailable('the queue is full'));
    return new Promise((resolve, reject) => {
      this.queue.push({ arrivedAt: performance.now(), row: auditRow(event), singleUse: singleUse && digestOf(singleUse), resolve, reject });
      this.running ??= this.drain();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.running;
    await this.batches.close();
  }

  private async drain(): Promise<void> {
    // The requests that arrived in this turn of the event loop join the first batch.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.queue.length > 0) {
      this.dropOverdue();
      const batch = this.queue.splice(0, MAX_BATCH);
      if (batch.length > 0) await this.commit(batch);
    }
    this.running = undefined;
  }

  private dropOverdue(): void {
    const oldest = performance.now() - MAX_WAIT_MS;
    const index = this.queue.findIndex((entry) => entry.arrivedAt >= oldest);
    const overdue = this.queue.splice(0, index < 0 ? this.queue.length : index);
    for (const entry of overdue) entry.reject(new AuditUnavailable('it took too long'));
  }

  private async commit(batch: readonly Entry[]): Promise<void> {
    try {
      const claims = batch.flatMap(({ singleUse }, row) => (singleUse ? [{ row, ...singleUse }] : []));
      const lost = await this.batches.commit(
        batch.map(({ row }) => row),
        claims,
      );
      batch.forEach((entry, i) => (lost.has(i) ? entry.reject(new AlreadyUsed()) : entry.resolve()));
    } catch (error) {
      await this.afterFailure(batch, error);
    }
  }

  /** One poisoned row must fail alone: what is not an outage is tried again row by row. */
  private async afterFailure(batch: readonly Entry[], error: unknown): Promise<void> {
    const [only] = batch;
    if (isDatabaseUnavailable(error) || batch.length === 1) {
      for (const entry of batch) entry.reject(new AuditUnavailable('the database refused it', error));
      return;
    }
    if (only) for (const entry of batch) await this.commit([entry]);
  }
}

function digestOf({ owner, value, expiresAt }: SingleUse): { owner: string; digest: Buffer; expiresAt: Date } {
  return { owner, digest: sha256(value), expiresAt };
}
