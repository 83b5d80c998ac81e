import { adviceOnUnused } from './advice.js';
import { byEdge } from './grouping.js';
import { acceptedCalls } from './observed-edges.policy.js';
import type { Names, PolicyFact, TrustFacts } from './trust-facts.js';
import type { UnusedGrant } from './trust-map.js';

/** Policies, or scopes of them, that no accepted call of the window needed. */
export function unusedGrantsOf(facts: TrustFacts, names: Names): UnusedGrant[] {
  return facts.policies.flatMap((policy) => unusedOf(policy, facts, names) ?? []).sort(byEdge);
}

function unusedOf(policy: PolicyFact, facts: TrustFacts, names: Names): UnusedGrant | undefined {
  const calls = acceptedCalls(facts).filter(({ clientId, apiId }) => clientId === policy.callerId && apiId === policy.apiId);
  const scopes = policy.scopes.filter((scope) => !calls.some((call) => call.scopes.includes(scope)));
  if (scopes.length === 0) return undefined;
  const lastUsedAt = lastUseOf(policy, scopes, facts);
  const grant = {
    policyId: policy.id,
    caller: names.service(policy.callerId),
    target: names.api(policy.apiId),
    scopes,
    // A call that needs no scope uses the policy too.
    isWholePolicy: scopes.length === policy.scopes.length && calls.length === 0,
  };
  const advice = adviceOnUnused(grant, toldOf(policy, facts));
  return { ...grant, unusedSince: lastUsedAt ?? policy.createdAt, lastUsedAt, advice };
}

/** Before the window; one policy stands for one caller and target, however often it was made anew. */
function lastUseOf(policy: PolicyFact, scopes: readonly string[], { lastUses }: TrustFacts): Date | undefined {
  const times = lastUses
    .filter(
      ({ clientId, apiId, scope }) => clientId === policy.callerId && apiId === policy.apiId && scope !== null && scopes.includes(scope),
    )
    .map(({ lastSeenAt }) => lastSeenAt.getTime());
  return times.length > 0 ? new Date(Math.max(...times)) : undefined;
}

function toldOf({ callerId, apiId }: PolicyFact, { usage }: TrustFacts): { isReporting: boolean; unattributed: boolean } {
  const reports = usage.filter((call) => call.apiId === apiId);
  const unattributed = reports.some(
    ({ result, clientId, scopes }) => result === 'accepted' && (clientId === null || (clientId === callerId && scopes.length === 0)),
  );
  return { isReporting: reports.length > 0, unattributed };
}
