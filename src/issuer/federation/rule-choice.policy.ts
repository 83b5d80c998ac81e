import type { JWTPayload } from 'jose';
import { mismatchOf, type ClaimMismatch, type TrustRule } from '../../directory/trusted-issuers/index.js';
import { AssertionRefused } from './assertion-refused.js';

export interface RuleVerdict {
  readonly rule: TrustRule;
  /** undefined: the rule matches. */
  readonly mismatch: ClaimMismatch | undefined;
}

export function judgeRules(rules: readonly TrustRule[], claims: JWTPayload): RuleVerdict[] {
  return rules.map((rule) => ({ rule, mismatch: mismatchOf(rule.claims, claims) }));
}

/** JBG-4: the rules that match select exactly one identity. @param clientId the one that the request names @throws AssertionRefused */
export function chooseRule(verdicts: readonly RuleVerdict[], clientId: string | undefined): TrustRule {
  const matching = verdicts.filter(({ mismatch }) => mismatch === undefined).map(({ rule }) => rule);
  if (matching.length === 0) throw new AssertionRefused('rules', onlyMismatch(verdicts));
  const wanted = clientId === undefined ? matching : matching.filter(({ principal }) => principal === clientId);
  const [first, ...others] = wanted;
  const principals = [...new Set(matching.map(({ principal }) => principal))];
  if (!first || others.some(({ principal }) => principal !== first.principal))
    throw new AssertionRefused('one_principal', { expected: clientId ?? 'one', received: principals });
  return first;
}

/** With one rule there is no doubt which claim is wrong. */
function onlyMismatch(verdicts: readonly RuleVerdict[]): { expected?: unknown; received?: unknown } {
  const [only, another] = verdicts;
  return only?.mismatch && !another
    ? { expected: { [only.mismatch.claim]: only.mismatch.expected }, received: only.mismatch.received }
    : {};
}
