import { Backoff, type Chance } from '../backoff.js';
import { Stopwatch } from '../clock.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Timers stand still while a machine sleeps: the clocks are looked at this often. */
const LOOK_MS = 30_000;

export interface RecurringOptions extends Chance {
  /** Does the work; answers the milliseconds until it is due again. */
  task: () => Promise<number>;
  /** `Retry-After` is obeyed for so long at most: what has an end of its own cannot wait for ever. */
  patienceMs: () => number;
  onFailure: (error: unknown, retryInMs: number) => void;
}

/** Work that is done again and again: at its time, never twice at once, and after a failure with longer and longer pauses. */
export class Recurring {
  private readonly failures: Backoff;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private due: { since: Stopwatch; afterMs: number } | undefined;
  private isStopped = false;

  constructor(private readonly options: RecurringOptions) {
    this.failures = new Backoff(LONGEST_PAUSE_MS, options);
  }

  schedule(afterMs: number): void {
    this.due = { since: new Stopwatch(this.options.clock), afterMs };
    this.wait();
  }

  /** Now, or with the work that is under way. Rejects as the work does; it will be tried again. */
  run(): Promise<void> {
    // Its timer may be set already, while its failure is told.
    if (this.running) return this.running;
    clearTimeout(this.timer);
    this.running = this.attempt().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private wait(): void {
    clearTimeout(this.timer);
    if (this.isStopped || !this.due) return;
    const remainingMs = Math.max(0, this.due.afterMs - this.due.since.elapsedMs());
    this.timer = setTimeout(() => this.look(), Math.min(remainingMs, LOOK_MS)).unref();
  }

  private look(): void {
    if (!this.due || this.due.since.elapsedMs() < this.due.afterMs) return this.wait();
    // The failure was told to onFailure.
    this.run().catch(() => undefined);
  }

  private async attempt(): Promise<void> {
    try {
      const afterMs = await this.options.task();
      this.failures.reset();
      this.schedule(afterMs);
    } catch (error) {
      const retryAfterSeconds = (error as { retryAfterSeconds?: number } | null)?.retryAfterSeconds;
      if (retryAfterSeconds) this.failures.pause(Math.min(retryAfterSeconds * 1000, this.options.patienceMs()));
      else this.failures.grow(FIRST_PAUSE_MS);
      const retryInMs = this.failures.remainingMs();
      this.schedule(retryInMs);
      this.options.onFailure(error, retryInMs);
      throw error;
    }
  }
}
