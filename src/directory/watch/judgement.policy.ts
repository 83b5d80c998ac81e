import type { ClientMemory, Sighting } from './client-memory.js';
import { learn, remember } from './habits.policy.js';
import { dayOf } from './normal.policy.js';
import type { Oddity, Thresholds, WatchRule } from './watch-rule.js';

export interface FoundOddity extends Oddity {
  readonly rule: string;
}

/** What is known of a client now, and what is odd about it. */
export interface Judgement {
  readonly memory: ClientMemory;
  readonly oddities: readonly FoundOddity[];
}

/** Looks with every rule at what was seen of a client, and learns from it. @param at the beginning of these minutes, all of one hour. */
export function judge(
  rules: Iterable<WatchRule>,
  thresholds: Thresholds,
  { known, sighting, at }: { known: ClientMemory | undefined; sighting: Sighting; at: Date },
): Judgement {
  const memory = remember(known, sighting, at);
  const day = dayOf(at);
  const oddities = [...rules]
    .flatMap((rule) => rule.look({ memory, sighting, day }, thresholds).map((oddity) => ({ ...oddity, rule: rule.name })))
    .filter(({ onceADay }) => onceADay === undefined || memory.habits.told[onceADay] !== day);
  const habits = learn(
    memory,
    sighting,
    oddities.flatMap(({ onceADay }) => onceADay ?? []),
  );
  return { memory: { ...memory, habits }, oddities };
}
