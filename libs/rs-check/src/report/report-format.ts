import type { Report } from './outcome.js';

/** A way of writing a report down. */
export interface ReportFormat {
  readonly name: string;
  render(report: Report): string;
}
