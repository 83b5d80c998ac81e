import type { ProblemItem } from '../../platform/http/index.js';
import { invalidFields } from '../invalid-fields.js';

export const INTERVALS = ['hour', 'day', 'week', 'month'] as const;
export type Interval = (typeof INTERVALS)[number];

/** What a request says of its period; a missing end is now, a missing start 30 days before the end. */
export interface AskedPeriod {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly timezone: 'account' | 'utc';
}

/** From (inclusive) to (exclusive), in the zone that says where days begin. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
  readonly timezone: string;
  readonly currency: string;
}

export const MAX_BUCKETS = 1_000;
export const MAX_PERIOD_DAYS = 1_100;

const DAY_MS = 86_400_000;
const LENGTH_MS: Readonly<Record<Interval, number>> = { hour: DAY_MS / 24, day: DAY_MS, week: 7 * DAY_MS, month: 28 * DAY_MS };

/** @param location where `from` is; @throws Problem `validation_failed` */
export function assertPeriod({ from, to }: Period, location: { from: string; to: string }): void {
  if (from >= to) {
    const message = `The period is empty: it begins at ${from.toISOString()} and ends at ${to.toISOString()}, and the end does not belong to it.`;
    throw invalidFields([{ location: location.to, message, fix: 'Send a "to" that is later than "from".' }]);
  }
  const days = Math.ceil((to.getTime() - from.getTime()) / DAY_MS);
  if (days <= MAX_PERIOD_DAYS) return;
  throw invalidFields([
    { location: location.from, message: `The period has ${days} days.`, fix: `Ask for at most ${MAX_PERIOD_DAYS} days.` },
  ]);
}

/** @throws Problem `validation_failed` that says which interval fits. */
export function assertBuckets(period: Period, interval: Interval): void {
  const count = bucketsOf(period, interval);
  if (count <= MAX_BUCKETS) return;
  const wider = INTERVALS.slice(INTERVALS.indexOf(interval) + 1).find((other) => bucketsOf(period, other) <= MAX_BUCKETS);
  const shorter = `a period of at most ${Math.floor((MAX_BUCKETS * LENGTH_MS[interval]) / DAY_MS) - 1} days`;
  const mistake: ProblemItem = {
    location: 'interval',
    message: `The period holds about ${count} intervals of one ${interval}, and a series has at most ${MAX_BUCKETS}.`,
    fix: wider ? `Use interval=${wider}, or ${shorter}.` : `Ask for ${shorter}.`,
  };
  throw invalidFields([mistake]);
}

/** An upper bound: the ends of a period may cut two intervals. */
function bucketsOf({ from, to }: Period, interval: Interval): number {
  return Math.ceil((to.getTime() - from.getTime()) / LENGTH_MS[interval]) + 1;
}
