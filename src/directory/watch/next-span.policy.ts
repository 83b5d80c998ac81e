import type { TimeSpan } from './client-memory.js';
import { hourOf } from './habits.policy.js';

const HOUR_MS = 3_600_000;
/** What is older, nobody hears of any more: after a long pause, learning starts with the present. */
const MAX_BEHIND_MS = 6 * HOUR_MS;

/**
 * The minutes to look at next, all of one hour; undefined while there are too few.
 * @param doneUntil where the last ones ended.
 */
export function nextSpan(doneUntil: Date | undefined, now: Date, intervalMs: number): TimeSpan | undefined {
  // Whoever writes a row has committed it, or will not: no transaction of ours takes minutes.
  const settled = now.getTime() - 2 * intervalMs;
  const begun = doneUntil ?? hourOf(new Date(settled));
  const from = Math.max(begun.getTime(), now.getTime() - MAX_BEHIND_MS);
  // Another replica has just looked.
  if (settled - from < intervalMs / 2) return undefined;
  return { from: new Date(from), until: new Date(Math.min(settled, hourOf(new Date(from)).getTime() + HOUR_MS)) };
}
