import { callsWithoutPolicyOf } from './calls-without-policy.policy.js';
import { byEdge } from './grouping.js';
import { observedEdgesOf } from './observed-edges.policy.js';
import { refusedAttemptsOf } from './refused-attempts.policy.js';
import { Names, type TrustFacts } from './trust-facts.js';
import type { AllowedEdge, TrustMap } from './trust-map.js';
import { entrancesOf, nodesOf } from './trust-nodes.policy.js';
import { unusedGrantsOf } from './unused-grants.policy.js';

/** What is allowed between services beside what was seen, and where the two differ. */
export function compareTrust(facts: TrustFacts): TrustMap {
  const names = new Names(facts);
  return {
    nodes: nodesOf(facts, names),
    entrances: entrancesOf(facts),
    allowed: allowedEdgesOf(facts, names),
    observed: observedEdgesOf(facts, names),
    unusedGrants: unusedGrantsOf(facts, names),
    refusedAttempts: refusedAttemptsOf(facts, names),
    callsWithoutPolicy: callsWithoutPolicyOf(facts, names),
  };
}

function allowedEdgesOf({ policies }: TrustFacts, names: Names): AllowedEdge[] {
  return policies
    .map(({ id, callerId, apiId, scopes, orgMode, createdAt }) => ({
      policyId: id,
      caller: names.service(callerId),
      target: names.api(apiId),
      scopes,
      orgMode,
      createdAt,
    }))
    .sort(byEdge);
}
