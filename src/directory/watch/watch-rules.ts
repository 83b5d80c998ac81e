import { Registry } from '@countersign/oauth';
import { denialBurst } from './rules/denial-burst.policy.js';
import { highVolume } from './rules/high-volume.policy.js';
import { newNetwork } from './rules/new-network.policy.js';
import { newScope } from './rules/new-scope.policy.js';
import type { WatchRule } from './watch-rule.js';

/** Every rule. A new one is a file in rules/ and a line here. */
export const WATCH_RULES = new Registry<WatchRule>('watch rule', [denialBurst, newNetwork, newScope, highVolume]);
