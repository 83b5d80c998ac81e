import type { AccessDecision, DecisionListener } from './access-decision.js';
import { UsageBacklog } from './usage-backlog.js';
import { deliverTo, UsageNotDelivered, type UsageDelivery, type UsageEndpoint } from './usage-delivery.js';
import { UsageMinute } from './usage-minute.js';
import { UsageSender, type UsageReporterEvent } from './usage-sender.js';

export type UsageReporterOptions = {
  /** Identifier of the API; decisions about other APIs are left to their own reporters. */
  audience: string;
  /** Kinds of calls told apart in a minute; the rest is counted as operation `other`, by result. */
  maxLinesPerMinute?: number;
  /** Unsent minutes that are kept apart; more are merged, those of one hour first. */
  maxUnsentMinutes?: number;
  onEvent?: (event: UsageReporterEvent) => void;
  /** Milliseconds since 1970. */
  clock?: () => number;
} & (UsageEndpoint | { deliver: UsageDelivery });

const MINUTE_MS = 60_000;
/** Guards must not all report in the first second of the minute. */
const JITTER_MS = 10_000;

/** Counts what a guard decides, in bounded memory, and tells the issuer once a minute, in the background. */
export class UsageReporter {
  private readonly audience: string;
  private readonly clock: () => number;
  private readonly maxLinesPerMinute: number;
  private readonly onEvent: ((event: UsageReporterEvent) => void) | undefined;
  private readonly backlog: UsageBacklog;
  private readonly sender: UsageSender;
  private minute: UsageMinute;
  private closing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: UsageReporterOptions) {
    this.audience = options.audience;
    this.clock = options.clock ?? Date.now;
    this.maxLinesPerMinute = options.maxLinesPerMinute ?? 2_000;
    this.onEvent = options.onEvent;
    this.backlog = new UsageBacklog(options.audience, options.maxUnsentMinutes ?? 30);
    const deliver = 'deliver' in options ? options.deliver : deliverTo(options);
    this.sender = new UsageSender(this.backlog, deliver, (event) => this.report(event));
    this.minute = this.newMinute();
    this.schedule(this.untilNextMinute());
  }

  /** In the request: quick, and never throws. Bound to the reporter, to be passed as a listener. */
  readonly record: DecisionListener = (decision: AccessDecision) => {
    if (decision.audience !== this.audience || this.closing !== undefined) return;
    try {
      if (this.isOver()) this.turn();
      this.minute.count(decision);
    } catch (error) {
      this.report({ type: 'dropped', entries: 1, calls: 1, error });
    }
  };

  /** What is not delivered yet, the running minute included. */
  stats(): { entries: number; calls: number } {
    const { entries, calls } = this.backlog.stats();
    return { entries: entries + this.minute.size, calls: calls + this.minute.calls };
  }

  /** Sends what there is, without waiting for the end of the minute. What cannot be delivered stays for the next attempt. */
  async flush(): Promise<void> {
    this.turn();
    await this.sender.idle();
    await this.sender.send();
  }

  /** Sends the rest and ends. What cannot be delivered within `timeoutMs` is lost, and said to be. */
  close(timeoutMs = 5_000): Promise<void> {
    clearTimeout(this.timer);
    this.closing ??= this.finish(timeoutMs);
    return this.closing;
  }

  private async finish(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const outOfTime = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    this.turn();
    await Promise.race([this.deliverRest(this.clock() + timeoutMs), outOfTime]);
    clearTimeout(timer);
    this.sender.abort();
    const rest = this.backlog.stats();
    if (rest.calls > 0) this.report({ type: 'dropped', ...rest, error: new UsageNotDelivered('The reporter was closed.') });
  }

  private async deliverRest(deadline: number): Promise<void> {
    await this.sender.idle();
    for (let wait = await this.sender.send(); wait !== undefined; wait = await this.sender.send()) {
      if (this.clock() + wait >= deadline) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  private async tick(): Promise<void> {
    if (this.isOver()) this.turn();
    this.schedule((await this.sender.send()) ?? this.untilNextMinute());
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    // Unreferenced: reports must not keep a program alive that has nothing else to do.
    if (this.closing === undefined) this.timer = setTimeout(() => void this.tick(), ms).unref();
  }

  private untilNextMinute(): number {
    return MINUTE_MS - (this.clock() % MINUTE_MS) + Math.random() * JITTER_MS;
  }

  /** A clock that was set back ends the minute too. */
  private isOver(): boolean {
    const age = this.clock() - this.minute.start;
    return age >= MINUTE_MS || age < 0;
  }

  private turn(): void {
    const past = this.minute;
    past.end();
    this.minute = this.newMinute();
    this.backlog.push(past);
  }

  private newMinute(): UsageMinute {
    return new UsageMinute(Math.floor(this.clock() / MINUTE_MS) * MINUTE_MS, this.maxLinesPerMinute);
  }

  private report(event: UsageReporterEvent): void {
    try {
      this.onEvent?.(event);
    } catch {
      // A listener's mistake must neither reach the request nor stop the reports.
    }
  }
}
