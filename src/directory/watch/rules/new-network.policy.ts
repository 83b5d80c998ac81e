import { NETWORK_DAYS } from '../habits.policy.js';
import { listOf } from '../list-of.js';
import { isFamiliar } from '../normal.policy.js';
import type { WatchRule } from '../watch-rule.js';

const MAX_SHOWN = 20;

/** Tokens for a network from which a client never came, where it usually comes from few. */
export const newNetwork: WatchRule = {
  name: 'new_network',
  look(facts, { networks: most, learningDays }) {
    const known = Object.keys(facts.memory.habits.networks).sort();
    const added = facts.sighting.networks.filter((network) => !known.includes(network));
    // A client that has shown no network has none to leave; one that comes from everywhere has no usual one.
    if (added.length === 0 || known.length === 0 || known.length > most || !isFamiliar(facts, learningDays)) return [];
    return [
      {
        seen: `Tokens went to ${listOf(added, MAX_SHOWN)} for the first time.`,
        normal: `In the last ${NETWORK_DAYS} days it came from ${listOf(known, MAX_SHOWN)} only.`,
        advice:
          'Did it move, or does somebody run it in another place? Then nothing is wrong. If nobody knows, its credential may be copied: rotate it, and give the client allowed_ips, so that the credential works nowhere else.',
        figures: { networks: added.slice(0, MAX_SHOWN), known_networks: known.slice(0, MAX_SHOWN) },
      },
    ];
  },
};
