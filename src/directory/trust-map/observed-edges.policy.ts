import { byEdge, groupBy, latestOf, sumOf } from './grouping.js';
import type { Names, TrustFacts, UsageFact } from './trust-facts.js';
import type { ObservedEdge } from './trust-map.js';

const MAX_OPERATIONS = 20;

type AttributedCall = UsageFact & { readonly clientId: string };

/** Calls that were let in, and whose caller is known. */
export function acceptedCalls({ usage }: Pick<TrustFacts, 'usage'>): AttributedCall[] {
  return usage.filter((call): call is AttributedCall => call.result === 'accepted' && call.clientId !== null);
}

export function observedEdgesOf(facts: TrustFacts, names: Names): ObservedEdge[] {
  return [...groupBy(acceptedCalls(facts), ({ clientId, apiId }) => `${clientId} ${apiId}`).values()]
    .map((calls) => edgeOf(calls, names))
    .sort(byEdge);
}

function edgeOf(calls: readonly AttributedCall[], names: Names): ObservedEdge {
  const { clientId = '', apiId = '' } = calls[0] ?? {};
  return {
    caller: names.service(clientId),
    target: names.api(apiId),
    calls: sumOf(calls),
    lastSeenAt: latestOf(calls),
    scopes: scopesOf(calls),
    operations: operationsOf(calls).slice(0, MAX_OPERATIONS),
  };
}

function scopesOf(calls: readonly AttributedCall[]): ObservedEdge['scopes'] {
  const needed = calls.flatMap(({ scopes, ...call }) => scopes.map((scope) => ({ ...call, scope })));
  return [...groupBy(needed, ({ scope }) => scope)]
    .map(([scope, uses]) => ({ scope, calls: sumOf(uses), lastSeenAt: latestOf(uses) }))
    .sort((one, other) => other.calls - one.calls);
}

function operationsOf(calls: readonly AttributedCall[]): ObservedEdge['operations'][number][] {
  return [...groupBy(calls, ({ operation }) => operation)]
    .map(([operation, uses]) => ({ operation, calls: sumOf(uses) }))
    .sort((one, other) => other.calls - one.calls);
}
