/** Replaced in tests only. */
export interface Clock {
  /** Milliseconds since 1970. */
  epochMs(): number;
  /** Milliseconds that no correction of the system's time moves. */
  monotonicMs(): number;
}

export const systemClock: Clock = { epochMs: () => Date.now(), monotonicMs: () => performance.now() };

/** How long ago something was. The larger of what both clocks say: one stands still while a machine sleeps, the other may be set back. */
export class Stopwatch {
  readonly startedAtMs: number;
  private readonly startedMonotonicMs: number;

  constructor(private readonly clock: Clock) {
    this.startedAtMs = clock.epochMs();
    this.startedMonotonicMs = clock.monotonicMs();
  }

  elapsedMs(): number {
    return Math.max(this.clock.epochMs() - this.startedAtMs, this.clock.monotonicMs() - this.startedMonotonicMs);
  }
}
