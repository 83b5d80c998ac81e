import type { ProblemItem } from '../../platform/http/index.js';
import type { ClaimPatterns } from './claim-pattern.js';
import { identifies } from './rule-identity.policy.js';
import { mistakesInShape } from './rule-shape.policy.js';
import { isShared } from './rule-warnings.policy.js';

/** A rule as it was sent. */
export interface AskedRule {
  readonly claims: ClaimPatterns;
  readonly principal: string;
  readonly accept_shared_identity?: boolean;
}

/** What keeps a rule from being stored. `issuer` is an absolute URI. */
export function mistakesInRule(issuer: string, rule: AskedRule, location: string): ProblemItem[] {
  const shape = mistakesInShape(rule.claims, `${location}/claims`);
  if (shape.length > 0) return shape;
  if (!identifies(issuer, rule.claims))
    return [
      {
        location: `${location}/claims`,
        message: 'Nothing in the rule tells your workload from those of everybody else who uses the issuer.',
        fix: 'Add a claim that is yours alone, without a wildcard for its owner, such as sub, repository_id or project_id.',
      },
    ];
  if (isShared(rule.claims) && rule.accept_shared_identity !== true)
    return [
      {
        location: `${location}/claims`,
        message: 'Several workloads share the identity that the rule names.',
        fix: 'Name one service account of its own, or send "accept_shared_identity": true in the rule.',
      },
    ];
  return [];
}
