import { busiestHour, HABIT_DAYS } from '../normal.policy.js';
import type { WatchRule } from '../watch-rule.js';

/** Its name, and what it says once a day. */
export const DENIAL_BURST = 'denial_burst';

/** Many denials in an hour, at the token endpoint and at guards together. Of a new client too: they need no habit to be too many. */
export const denialBurst: WatchRule = {
  name: DENIAL_BURST,
  look({ memory: { figures, habits }, day }, { denialsPerHour, factor }) {
    const { refusedTokens, refusedCalls } = figures;
    const denials = refusedTokens + refusedCalls;
    const busiest = busiestHour(habits, 'denials', day);
    const limit = Math.max(denialsPerHour, factor * busiest);
    if (denialsPerHour === 0 || denials < limit) return [];
    return [
      {
        seen: `${denials} denials in one hour: ${refusedTokens} at the token endpoint, ${refusedCalls} by guards of APIs.`,
        normal: `At most ${busiest} in an hour of the last ${HABIT_DAYS} days, bursts left out; from ${limit} on it is odd.`,
        advice:
          'Look at what was denied: token.refused in the audit log, and GET /v1/usage by result. A client that was changed asks for what it was not granted; if nobody changed it, somebody tries out its credential: disable it and rotate the secret.',
        figures: { denials, token_denials: refusedTokens, call_denials: refusedCalls, busiest_hour: busiest, limit },
        onceADay: DENIAL_BURST,
      },
    ];
  },
};
