import { randomUUID } from 'node:crypto';
import type { UsageMinute } from './usage-minute.js';
import { USAGE_REPORT_LIMITS, type UsageReport } from './usage-report.js';

const HOUR_MS = 3_600_000;

/** Whole minutes that the issuer has not yet confirmed. Bounded: an outage costs precision in time, no calls. */
export class UsageBacklog {
  private minutes: UsageMinute[] = [];
  /** Tried at least once, so perhaps counted: these keep their id and their content. */
  private sealed: UsageReport[] = [];

  constructor(
    private readonly audience: string,
    private readonly maxMinutes: number,
  ) {}

  push(minute: UsageMinute): void {
    if (minute.size === 0) return;
    this.minutes.push(minute);
    if (this.minutes.length > this.maxMinutes) this.mergeTwo();
  }

  /** The report to send now, the same one until it is settled. */
  next(): UsageReport | undefined {
    if (this.sealed.length === 0) this.seal();
    return this.sealed[0];
  }

  /** The report of `next` needs no more attempts. */
  settle(): void {
    this.sealed.shift();
  }

  stats(): { entries: number; calls: number } {
    const calls = this.sealed.flatMap(({ entries }) => entries).map(({ count }) => count);
    return {
      entries: calls.length + sum(this.minutes.map(({ size }) => size)),
      calls: sum(calls) + sum(this.minutes.map((minute) => minute.calls)),
    };
  }

  /** The issuer keeps hours: minutes of one hour are merged first, because that loses nothing. */
  private mergeTwo(): void {
    const sameHour = this.minutes.findIndex((minute, i) => i > 0 && hourOf(minute) === hourOf(this.minutes[i - 1]));
    const [later, older] = [Math.max(sameHour, 1), Math.max(sameHour, 1) - 1];
    const removed = this.minutes[older];
    if (removed) this.minutes[later]?.absorb(removed);
    this.minutes.splice(older, 1);
  }

  /** As many minutes as one report holds; more reports where one minute alone is too large. */
  private seal(): void {
    const { entries: max } = USAGE_REPORT_LIMITS;
    const entries = this.minutes.shift()?.entries() ?? [];
    for (let [next] = this.minutes; next && entries.length + next.size <= max; [next] = this.minutes) {
      entries.push(...next.entries());
      this.minutes.shift();
    }
    for (let i = 0; i < entries.length; i += max)
      this.sealed.push({ report_id: randomUUID(), audience: this.audience, entries: entries.slice(i, i + max) });
  }
}

function hourOf(minute: UsageMinute | undefined): number {
  return Math.floor((minute?.start ?? 0) / HOUR_MS);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
