import { MAX_SCOPES } from '../habits.policy.js';
import { listOf } from '../list-of.js';
import { isFamiliar } from '../normal.policy.js';
import type { WatchRule } from '../watch-rule.js';

/** A label may be long, and all of an event's details together are bounded. */
const MAX_SHOWN = 5;

/** The first use of a scope by a client that has long been granted what it uses. */
export const newScope: WatchRule = {
  name: 'new_scope',
  look(facts, { scopes: isOn, learningDays }) {
    const { scopes: known } = facts.memory.habits;
    const added = facts.sighting.scopes.filter(({ label, isSettled }) => isSettled && !known.includes(label)).map(({ label }) => label);
    // Without any, what it uses has not been told until now; with too many, not all are remembered.
    if (!isOn || added.length === 0 || known.length === 0 || known.length >= MAX_SCOPES || !isFamiliar(facts, learningDays)) return [];
    return [
      {
        seen: `It used ${listOf(added, MAX_SHOWN)} for the first time.`,
        normal: `Until now it has used ${listOf(known, MAX_SHOWN)} only.`,
        advice:
          'Was it changed, or was it granted this lately? Then nothing is wrong. If not, take the scope out of its grants, or narrow the consent to what was used, and look at what it did: GET /v1/usage by operation.',
        figures: { scopes: added.slice(0, MAX_SHOWN), known_scopes: known.length },
      },
    ];
  },
};
