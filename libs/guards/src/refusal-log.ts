import type { Logger } from '@nestjs/common';
import { TokenRefused, type ResourceRequestRefused } from '@countersign/resource-server';
import type { RequestContext } from './countersign-guard-options.js';

const LINES_PER_SECOND = 10;

/** Says in the log which check failed, with expected and received, and never the token. A flood of refusals is counted, not written. */
export class RefusalLog {
  private second = 0;
  private lines = 0;
  private suppressed = 0;

  constructor(private readonly logger: Logger) {}

  write(refusal: ResourceRequestRefused, { request, route }: RequestContext): void {
    if (!this.mayWrite()) return;
    const { cause } = refusal;
    const facts = cause instanceof TokenRefused ? { expected: cause.expected, received: cause.received } : {};
    this.logger.warn({
      message: `Refused ${refusal.status}`,
      code: refusal.code,
      reason: refusal.reason,
      route,
      requestId: request.id,
      ...facts,
    });
  }

  private mayWrite(): boolean {
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.second) {
      if (this.suppressed > 0) this.logger.warn(`${this.suppressed} more refusals were not written.`);
      this.second = second;
      this.lines = this.suppressed = 0;
    }
    if (this.lines >= LINES_PER_SECOND) this.suppressed++;
    return this.lines++ < LINES_PER_SECOND;
  }
}
