import type { ClientHabits, ClientMemory, DayPeak, HourFigures, Sighting } from './client-memory.js';
import { dayBefore, dayOf, HABIT_DAYS } from './normal.policy.js';
import { DENIAL_BURST } from './rules/denial-burst.policy.js';

const HOUR_MS = 3_600_000;
export const MAX_SCOPES = 500;
const MAX_NETWORKS = 40;
/** Longer than the busiest hours: what runs once a month has places too. */
export const NETWORK_DAYS = 90;
const NOTHING: HourFigures = { tokens: 0, refusedTokens: 0, calls: 0, refusedCalls: 0 };
const NO_HABITS: ClientHabits = { days: [], networks: {}, scopes: [], told: {} };

export function hourOf(time: Date): Date {
  return new Date(Math.floor(time.getTime() / HOUR_MS) * HOUR_MS);
}

/** What is known of a client, with the figures of the hour of `at`; those of a past hour become a habit. */
export function remember(known: ClientMemory | undefined, sighting: Sighting, at: Date): ClientMemory {
  const hour = hourOf(at);
  const client = { ...sighting.client, name: sighting.client.name ?? known?.client.name };
  if (!known) return { client, firstSeenAt: at, hour, figures: counted(NOTHING, sighting), habits: NO_HABITS };
  const isSame = known.hour.getTime() === hour.getTime();
  const habits = isSame ? known.habits : withHour(known, dayOf(hour));
  return { ...known, client, hour, figures: counted(isSame ? known.figures : NOTHING, sighting), habits };
}

/** @param told what is said once a day, and was said now. The same habits, where nothing is new. */
export function learn({ habits, hour }: ClientMemory, { networks, scopes }: Sighting, told: readonly string[]): ClientHabits {
  const today = dayOf(hour);
  const places = networks.filter((network) => habits.networks[network] !== today);
  const used = scopes.map(({ label }) => label).filter((label) => !habits.scopes.includes(label));
  const learned: ClientHabits = {
    ...habits,
    ...(places.length > 0 && { networks: latest({ ...habits.networks, ...daysOf(places, today) }, today) }),
    ...(used.length > 0 && { scopes: [...new Set([...habits.scopes, ...used])].sort().slice(0, MAX_SCOPES) }),
    ...(told.length > 0 && { told: { ...habits.told, ...daysOf(told, today) } }),
  };
  return places.length + used.length + told.length > 0 ? learned : habits;
}

/** Tokens are counted as they come; guards report what an hour has had so far. */
function counted(before: HourFigures, { tokens, refusedTokens, calls, refusedCalls }: Sighting): HourFigures {
  return {
    tokens: before.tokens + tokens,
    refusedTokens: before.refusedTokens + refusedTokens,
    calls: Math.max(before.calls, calls),
    refusedCalls: Math.max(before.refusedCalls, refusedCalls),
  };
}

function withHour({ habits, hour, figures }: ClientMemory, today: string): ClientHabits {
  const day = dayOf(hour);
  const past = habits.days.find((peak) => peak.day === day) ?? { day, tokens: 0, calls: 0, denials: 0 };
  const peak: DayPeak = {
    day,
    tokens: Math.max(past.tokens, figures.tokens),
    calls: Math.max(past.calls, figures.calls),
    // A burst is no habit: as one it would hide those of the next four weeks.
    denials: habits.told[DENIAL_BURST] === day ? past.denials : Math.max(past.denials, figures.refusedTokens + figures.refusedCalls),
  };
  const days = [...habits.days.filter((other) => other.day !== day), peak].filter((each) => each.day >= dayBefore(today, HABIT_DAYS));
  return { ...habits, days, networks: latest(habits.networks, today) };
}

/** The networks of the last months, and of too many the newest. */
function latest(networks: Readonly<Record<string, string>>, today: string): Record<string, string> {
  const recent = Object.entries(networks).filter(([, day]) => day >= dayBefore(today, NETWORK_DAYS));
  return Object.fromEntries(recent.sort(([, one], [, other]) => (one < other ? 1 : -1)).slice(0, MAX_NETWORKS));
}

function daysOf(names: readonly string[], day: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, day]));
}
