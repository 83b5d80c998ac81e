import type { UsageBacklog } from './usage-backlog.js';
import { UsageNotDelivered, type UsageDelivery } from './usage-delivery.js';
import type { UsageReport } from './usage-report.js';

/** For metrics and logs. `dropped`: these calls will not be counted. */
export type UsageReporterEvent =
  | { type: 'delivered'; entries: number }
  | { type: 'delivery_failed'; error: unknown; retryInSeconds: number }
  | { type: 'dropped'; entries: number; calls: number; error: unknown };

const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const LONGEST_RETRY_AFTER_MS = 600_000;

/** Delivers the backlog, one report at a time. */
export class UsageSender {
  private failures = 0;
  private sending: Promise<number | undefined> | undefined;
  private attempt: AbortController | undefined;

  constructor(
    private readonly backlog: UsageBacklog,
    private readonly deliver: UsageDelivery,
    private readonly report: (event: UsageReporterEvent) => void,
  ) {}

  /** Answers the milliseconds to wait before the next attempt; undefined when all was delivered. Never rejects. */
  send(): Promise<number | undefined> {
    this.sending ??= this.sendAll().finally(() => (this.sending = undefined));
    return this.sending;
  }

  /** When no attempt is under way. */
  async idle(): Promise<void> {
    await this.sending;
  }

  /** Ends the attempt under way. */
  abort(): void {
    this.attempt?.abort();
  }

  private async sendAll(): Promise<number | undefined> {
    for (let report = this.backlog.next(); report; report = this.backlog.next()) {
      try {
        await this.try(report);
        this.failures = 0;
        this.backlog.settle();
        this.report({ type: 'delivered', entries: report.entries.length });
      } catch (error) {
        if (!(error instanceof UsageNotDelivered && error.options.permanent)) return this.pauseAfter(error);
        this.drop(report, error);
      }
    }
    return undefined;
  }

  private async try(report: UsageReport): Promise<void> {
    const attempt = new AbortController();
    const timer = setTimeout(() => attempt.abort(new UsageNotDelivered('The issuer did not answer in time.')), TIMEOUT_MS);
    this.attempt = attempt;
    try {
      await this.deliver(report, attempt.signal);
    } finally {
      clearTimeout(timer);
      this.attempt = undefined;
    }
  }

  private drop({ entries }: UsageReport, error: unknown): void {
    this.backlog.settle();
    this.report({ type: 'dropped', entries: entries.length, calls: entries.reduce((calls, { count }) => calls + count, 0), error });
  }

  /** 1, 2, 4 … 60 s, less up to half of it by chance, and not before the issuer's Retry-After. */
  private pauseAfter(error: unknown): number {
    const backOff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.failures++, 10)) * (0.5 + Math.random() / 2);
    const asked = error instanceof UsageNotDelivered ? (error.options.retryAfterSeconds ?? 0) * 1000 : 0;
    const pause = Math.max(backOff, Math.min(asked, LONGEST_RETRY_AFTER_MS));
    this.report({ type: 'delivery_failed', error, retryInSeconds: Math.ceil(pause / 1000) });
    return pause;
  }
}
