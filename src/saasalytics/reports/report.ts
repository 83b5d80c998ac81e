import type { Transaction } from '../../platform/database/index.js';
import type { Period } from '../period/index.js';

export const REPORT_KINDS = ['activity', 'financial'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** Computes the result of one kind of report. One implementation per kind. */
export interface ReportSource<T extends object = object> {
  readonly name: ReportKind;
  compute(tx: Transaction, orgId: string, period: Period): Promise<T>;
}
