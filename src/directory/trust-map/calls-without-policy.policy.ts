import { adviceOnUnallowed } from './advice.js';
import { byEdge, groupBy, latestOf, sumOf } from './grouping.js';
import { acceptedCalls } from './observed-edges.policy.js';
import type { Names, PolicyFact, TrustFacts } from './trust-facts.js';
import type { CallWithoutPolicy } from './trust-map.js';

/** Calls that were let in and that no policy allows now: whole edges, or scopes that the policy has not. */
export function callsWithoutPolicyOf(facts: TrustFacts, names: Names): CallWithoutPolicy[] {
  const policies = new Map(facts.policies.map((policy) => [edgeKey(policy.callerId, policy.apiId), policy]));
  const unallowed = acceptedCalls(facts).flatMap((call) => {
    const policy = policies.get(edgeKey(call.clientId, call.apiId));
    return isAllowed(call.scopes, policy) ? [] : [{ ...call, beyond: call.scopes.filter((scope) => !policy?.scopes.includes(scope)) }];
  });
  return [...groupBy(unallowed, ({ clientId, apiId }) => edgeKey(clientId, apiId)).values()]
    .map((calls) => {
      const [caller, target] = [names.service(calls[0]?.clientId ?? ''), names.api(calls[0]?.apiId ?? '')];
      const scopes = [...new Set(calls.flatMap(({ beyond }) => beyond))].sort();
      return { caller, target, scopes, calls: sumOf(calls), lastSeenAt: latestOf(calls), advice: adviceOnUnallowed(caller, target) };
    })
    .sort(byEdge);
}

function isAllowed(scopes: readonly string[], policy: PolicyFact | undefined): boolean {
  return policy !== undefined && scopes.every((scope) => policy.scopes.includes(scope));
}

function edgeKey(callerId: string, apiId: string): string {
  return `${callerId} ${apiId}`;
}
