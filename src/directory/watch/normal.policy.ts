import type { ClientHabits, DayPeak } from './client-memory.js';
import type { ClientFacts } from './watch-rule.js';

export const DAY_MS = 86_400_000;
/** How far back "normal" reaches. */
export const HABIT_DAYS = 28;

export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

export function dayBefore(day: string, days: number): string {
  return dayOf(new Date(Date.parse(day) - days * DAY_MS));
}

/** Whether the client has been known for longer than it is learned from. */
export function isFamiliar({ memory, day }: ClientFacts, learningDays: number): boolean {
  return dayOf(memory.firstSeenAt) <= dayBefore(day, learningDays);
}

type Figure = Exclude<keyof DayPeak, 'day'>;

/** The most in one hour of the days before. */
export function busiestHour({ days }: Pick<ClientHabits, 'days'>, figure: Figure, today: string): number {
  return Math.max(0, ...days.filter(({ day }) => day < today).map((peak) => peak[figure]));
}

/** The same, where it has been seen for longer than a client is learned from. */
export function learnedHour(habits: Pick<ClientHabits, 'days'>, figure: Figure, today: string, learningDays: number): number | undefined {
  const since = habits.days.find((peak) => peak[figure] > 0)?.day;
  return since !== undefined && since <= dayBefore(today, learningDays) ? busiestHour(habits, figure, today) : undefined;
}
