const DAY_MS = 86_400_000;
const DEFAULT_LIFETIME_MS = 90 * DAY_MS;
/** For organizations that were given no maximum of their own. */
const DEFAULT_MAX_LIFETIME_MS = 365 * DAY_MS;
/** Clocks differ, and requests take their time: "in a day" may arrive a little late. */
const TOLERANCE_MS = 60_000;

export interface LifetimeWish {
  readonly now: Date;
  /** undefined: the default. */
  readonly expiresAt: Date | undefined;
  /** In place of 90 days, where nothing is wished. */
  readonly usualMs?: number;
  /** Of the organization; null: a year. */
  readonly maxLifetimeSeconds: number | null;
}

/** When a new key ends, or what is wrong with the wish. */
export function expiryOf({ now, expiresAt, usualMs = DEFAULT_LIFETIME_MS, maxLifetimeSeconds }: LifetimeWish): Date | { mistake: string } {
  const maxMs = maxLifetimeSeconds === null ? DEFAULT_MAX_LIFETIME_MS : maxLifetimeSeconds * 1000;
  if (expiresAt === undefined) return new Date(now.getTime() + Math.max(DAY_MS, Math.min(usualMs, maxMs)));
  const lifetime = expiresAt.getTime() - now.getTime();
  if (!(lifetime >= DAY_MS - TOLERANCE_MS)) return { mistake: 'The key would live less than a day.' };
  if (lifetime > maxMs + TOLERANCE_MS)
    return { mistake: `The key would live longer than the ${Math.floor(maxMs / DAY_MS)} days that the organization allows.` };
  return expiresAt;
}
