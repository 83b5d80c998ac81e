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
  constructor(
    /** Whose value it was, where it came with others. */
    readonly owner: string,
  ) {
    super('A single-use value was presented again.');
  }
}

interface Entry {
  arrivedAt: number;
  /** Absent where a value alone is claimed. */
  row: AuditRow | undefined;
  claims: readonly { owner: string; digest: Buffer; expiresAt: Date }[];
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
   * @param singleUses are claimed in the same transaction; the row of who loses one is not written.
   * @throws AuditUnavailable, AlreadyUsed
   */
  append(event: AuditEvent, ...singleUses: readonly SingleUse[]): Promise<void> {
    return this.enqueue(auditRow(event), singleUses);
  }

  /** Claims a value without a row, in the batch of those that have one. @throws AuditUnavailable, AlreadyUsed */
  claim(singleUse: SingleUse): Promise<void> {
    return this.enqueue(undefined, [singleUse]);
  }

  private enqueue(row: AuditRow | undefined, singleUses: readonly SingleUse[]): Promise<void> {
    if (this.queue.length >= MAX_QUEUE) return Promise.reject(new AuditUnavailable('the queue is full'));
    return new Promise((resolve, reject) => {
      this.queue.push({ arrivedAt: performance.now(), row, claims: singleUses.map(digestOf), resolve, reject });
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
      // Rows first: the statement tells them by their place.
      const ordered = [...batch].sort((one, other) => Number(!one.row) - Number(!other.row));
      const lost = await this.batches.commit(
        ordered.flatMap(({ row }) => (row ? [row] : [])),
        ordered.flatMap(({ claims }, row) => claims.map((claim) => ({ row, ...claim }))),
      );
      ordered.forEach((entry, i) => settle(entry, lost.get(i)));
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

function settle({ resolve, reject }: Entry, loserOf: string | undefined): void {
  if (loserOf === undefined) resolve();
  else reject(new AlreadyUsed(loserOf));
}

function digestOf({ owner, value, expiresAt }: SingleUse): { owner: string; digest: Buffer; expiresAt: Date } {
  return { owner, digest: sha256(value), expiresAt };
}
