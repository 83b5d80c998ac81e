import { adviceOnUnused } from './advice.js';
import { byEdge, groupBy } from './grouping.js';
import { acceptedCalls } from './observed-edges.policy.js';
import type { Names, PolicyFact, TrustFacts } from './trust-facts.js';
import type { UnusedGrant } from './trust-map.js';

/** Policies, or scopes of them, that no accepted call of the window needed. */
export function unusedGrantsOf(facts: TrustFacts, names: Names): UnusedGrant[] {
  const reports = groupBy(facts.usage, ({ apiId }) => apiId);
  return unusedScopes(facts)
    .map((unused) => grantOf(unused, { reports: reports.get(unused.policy.apiId) ?? [], lastUses: facts.lastUses }, names))
    .sort(byEdge);
}

/** Callers that have a policy, or scopes of one, that they did not need. */
export function callersOfUnused(facts: Pick<TrustFacts, 'usage' | 'policies'>): string[] {
  return [...new Set(unusedScopes(facts).map(({ policy }) => policy.callerId))];
}

interface Unused {
  readonly policy: PolicyFact;
  readonly scopes: readonly string[];
  readonly isCalled: boolean;
}

interface FactsOfApi {
  readonly reports: TrustFacts['usage'];
  readonly lastUses: TrustFacts['lastUses'];
}

function unusedScopes(facts: Pick<TrustFacts, 'usage' | 'policies'>): Unused[] {
  const accepted = groupBy(acceptedCalls(facts), ({ clientId, apiId }) => `${clientId} ${apiId}`);
  return facts.policies.flatMap((policy) => {
    const calls = accepted.get(`${policy.callerId} ${policy.apiId}`) ?? [];
    const used = new Set(calls.flatMap((call) => call.scopes));
    const scopes = policy.scopes.filter((scope) => !used.has(scope));
    return scopes.length > 0 ? [{ policy, scopes, isCalled: calls.length > 0 }] : [];
  });
}

function grantOf({ policy, scopes, isCalled }: Unused, { reports, lastUses }: FactsOfApi, names: Names): UnusedGrant {
  const lastUsedAt = lastUseOf(policy, scopes, lastUses);
  const grant = {
    policyId: policy.id,
    caller: names.service(policy.callerId),
    target: names.api(policy.apiId),
    scopes,
    // A call that needs no scope uses the policy too.
    isWholePolicy: scopes.length === policy.scopes.length && !isCalled,
  };
  const advice = adviceOnUnused(grant, toldOf(policy, reports));
  return { ...grant, unusedSince: lastUsedAt ?? policy.createdAt, lastUsedAt, advice };
}

/** Before the window; one policy stands for one caller and target, however often it was made anew. */
function lastUseOf(policy: PolicyFact, scopes: readonly string[], lastUses: TrustFacts['lastUses']): Date | undefined {
  const times = lastUses
    .filter(
      ({ clientId, apiId, scope }) => clientId === policy.callerId && apiId === policy.apiId && scope !== null && scopes.includes(scope),
    )
    .map(({ lastSeenAt }) => lastSeenAt.getTime());
  return times.length > 0 ? new Date(Math.max(...times)) : undefined;
}

function toldOf({ callerId }: PolicyFact, reports: TrustFacts['usage']): { isReporting: boolean; unattributed: boolean } {
  const unattributed = reports.some(
    ({ result, clientId, scopes }) => result === 'accepted' && (clientId === null || (clientId === callerId && scopes.length === 0)),
  );
  return { isReporting: reports.length > 0, unattributed };
}
