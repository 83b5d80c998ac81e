import { Registry } from '@countersign/oauth';
import { JSON_REPORT } from './json-report.js';
import type { ReportFormat } from './report-format.js';
import { SARIF_REPORT } from './sarif-report.js';
import { TEXT_REPORT } from './text-report.js';

export const REPORT_FORMATS = new Registry<ReportFormat>('report format', [TEXT_REPORT, JSON_REPORT, SARIF_REPORT]);
export { summaryOf } from './text-report.js';
