import type { ClientMemory, Sighting } from './client-memory.js';

/** From when on something is odd; see the settings of the same names. */
export interface Thresholds {
  readonly learningDays: number;
  readonly denialsPerHour: number;
  readonly callsPerHour: number;
  readonly tokensPerHour: number;
  readonly factor: number;
  readonly networks: number;
  readonly scopes: boolean;
}

/** One client in a few minutes, and what was known of it before. */
export interface ClientFacts {
  /** With the figures of this hour; the habits know nothing of it yet. */
  readonly memory: ClientMemory;
  readonly sighting: Sighting;
  /** Today in UTC, `YYYY-MM-DD`. */
  readonly day: string;
}

/** Something odd, in words for whoever has to decide what it means. */
export interface Oddity {
  /** What was seen. */
  readonly seen: string;
  /** What would have been normal. */
  readonly normal: string;
  /** What to do. */
  readonly advice: string;
  /** The same in figures. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** What lasts is said once a day under this name; without one, it is over once it has been seen. */
  readonly onceADay?: string;
}

/** A plain rule: facts in, oddities out. */
export interface WatchRule {
  readonly name: string;
  look(facts: ClientFacts, thresholds: Thresholds): readonly Oddity[];
}
