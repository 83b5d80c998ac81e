import { adviceOnGuard, adviceOnIssuance } from './advice.js';
import { byEdge, compareText, groupBy, latestOf, sumOf } from './grouping.js';
import type { Names, TrustFacts, UsageFact } from './trust-facts.js';
import type { RefusedAttempt } from './trust-map.js';

/** What services tried and did not get: at the token endpoint, and at the guards of other services. One line per kind. */
export function refusedAttemptsOf(facts: TrustFacts, names: Names): RefusedAttempt[] {
  return [...atIssuance(facts, names), ...atGuards(facts, names)].sort(
    (one, other) =>
      byEdge(one, other) ||
      compareText(one.where, other.where) ||
      compareText(one.reason, other.reason) ||
      compareText(one.scopes.join(' '), other.scopes.join(' ')),
  );
}

function atIssuance({ refusals }: TrustFacts, names: Names): RefusedAttempt[] {
  return refusals.map(({ callerId, apiId, scope, reason, count, lastSeenAt, isCut }) => {
    const caller = names.service(callerId);
    const target = apiId === null ? undefined : names.api(apiId);
    const advice = adviceOnIssuance(reason, caller, target);
    return { where: 'issuance', caller, target, scopes: scope?.split(' ') ?? [], reason, count, isAtLeast: isCut, lastSeenAt, advice };
  });
}

function atGuards({ usage }: TrustFacts, names: Names): RefusedAttempt[] {
  const refused = usage.filter(({ result }) => result !== 'accepted');
  return [...groupBy(refused, kindOf).values()].map((calls) => {
    const { clientId = null, apiId = '', result: reason = '', scopes = [] } = calls[0] ?? {};
    const caller = clientId === null ? undefined : names.service(clientId);
    const target = names.api(apiId);
    const advice = adviceOnGuard(reason, caller, target);
    return { where: 'guard', caller, target, scopes, reason, count: sumOf(calls), isAtLeast: false, lastSeenAt: latestOf(calls), advice };
  });
}

function kindOf({ clientId, apiId, result, scopes }: UsageFact): string {
  return JSON.stringify([clientId, apiId, result, scopes]);
}
