import { HABIT_DAYS, learnedHour } from '../normal.policy.js';
import type { ClientFacts, Oddity, Thresholds, WatchRule } from '../watch-rule.js';

const MEASURES = [
  {
    figure: 'calls',
    least: ({ callsPerHour }: Thresholds) => callsPerHour,
    advice:
      'Ask its owner whether there is a reason, such as a new customer or a batch. If there is none, look at GET /v1/usage by operation: a loop calls one operation, somebody who copies data calls many. Disable it if you cannot tell.',
  },
  {
    figure: 'tokens',
    least: ({ tokensPerHour }: Thresholds) => tokensPerHour,
    advice:
      'A program that keeps its token asks about once an hour: look for one that asks per call, or restarts all the time. If nothing was deployed, compare the addresses of token.issued in the audit log: more than one program may hold the credential.',
  },
] as const;

/** Far more calls or tokens in an hour than in any before. */
export const highVolume: WatchRule = {
  name: 'high_volume',
  look: (facts, thresholds) => MEASURES.flatMap((measure) => above(measure, facts, thresholds)),
};

function above({ figure, least, advice }: (typeof MEASURES)[number], { memory, day }: ClientFacts, thresholds: Thresholds): Oddity[] {
  const busiest = learnedHour(memory.habits, figure, day, thresholds.learningDays);
  if (least(thresholds) === 0 || busiest === undefined) return [];
  const count = memory.figures[figure];
  const limit = Math.max(least(thresholds), thresholds.factor * busiest);
  if (count < limit) return [];
  return [
    {
      seen: `${count} ${figure} in one hour.`,
      normal: `At most ${busiest} in an hour of the last ${HABIT_DAYS} days; from ${limit} on it is odd.`,
      advice,
      figures: { [figure]: count, busiest_hour: busiest, limit },
      onceADay: `high_volume ${figure}`,
    },
  ];
}
