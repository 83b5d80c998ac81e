import type { Clock } from './clock.js';

const JITTER = 0.1;

export interface Chance {
  clock: Clock;
  /** From 0 to 1, as `Math.random`. */
  random: () => number;
}

/** A pause after which something may be tried again: twice as long with each failure, up to a cap. */
export class Backoff {
  private failures = 0;
  private untilMs = -Infinity;

  constructor(
    private readonly maxMs: number,
    private readonly chance: Chance,
  ) {}

  isOver(): boolean {
    return this.remainingMs() === 0;
  }

  remainingMs(): number {
    return Math.max(0, this.untilMs - this.chance.clock.monotonicMs());
  }

  /** The next pause: `firstMs` doubled for each failure before, a little more or less so that many programs do not come back together. */
  grow(firstMs: number): void {
    this.forgetOldFailures();
    const pauseMs = Math.min(this.maxMs, firstMs * 2 ** this.failures);
    this.pause(pauseMs * (1 + JITTER * (2 * this.chance.random() - 1)));
  }

  /** Exactly this pause. */
  pause(ms: number): void {
    this.forgetOldFailures();
    this.failures++;
    this.untilMs = this.chance.clock.monotonicMs() + ms;
  }

  reset(): void {
    this.failures = 0;
    this.untilMs = -Infinity;
  }

  /** A failure long after the last pause is a new trouble, not the old one going on. */
  private forgetOldFailures(): void {
    if (this.chance.clock.monotonicMs() - this.untilMs > this.maxMs) this.failures = 0;
  }
}
