const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Beyond that a date says more. */
const MAX_DAYS = 30;

const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `just now`, `5 minutes ago`, `yesterday`, `22 October 2026`: without a script nobody knows the clock of the reader, so no hours. */
export function ago(time: Date, now: Date): string {
  const ms = now.getTime() - time.getTime();
  if (ms < 1.5 * MINUTE_MS) return 'just now';
  if (ms < HOUR_MS) return `${many(Math.floor(ms / MINUTE_MS), 'minute')} ago`;
  if (ms < DAY_MS) return `${many(Math.floor(ms / HOUR_MS), 'hour')} ago`;
  const days = Math.floor(ms / DAY_MS);
  if (days === 1) return 'yesterday';
  return days <= MAX_DAYS ? `${many(days, 'day')} ago` : `on ${dateOf(time)}`;
}

/** `22 October 2026`, in UTC. */
export function dateOf(time: Date): string {
  return DATE.format(time);
}

/** `1 call`, `1,284 calls`. */
export function many(count: number, thing: string): string {
  return `${count.toLocaleString('en-GB')} ${thing}${count === 1 ? '' : 's'}`;
}
