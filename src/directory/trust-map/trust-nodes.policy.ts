import { compareText, sumOf } from './grouping.js';
import type { Names, TrustFacts, UsageFact } from './trust-facts.js';
import type { TrustMap, TrustNode } from './trust-map.js';

/** Services by name: a microservice and the internal API that is called like it are one. */
export function nodesOf(facts: TrustFacts, names: Names): TrustNode[] {
  const { services, apis, usage } = facts;
  const internal = apis.filter(({ zone }) => zone === 'internal');
  const alone = internal.filter(({ identifier }) => !services.some(({ name }) => name === identifier));
  const nodes = [
    ...services.map(({ id, name, active }) => {
      const api = internal.find(({ identifier }) => identifier === name);
      return { name, kind: 'service' as const, microserviceId: id, apiId: api?.id, active: active && api?.active !== false };
    }),
    ...alone.map(({ id, identifier, active }) => ({
      name: identifier,
      kind: 'service' as const,
      microserviceId: undefined,
      apiId: id,
      active,
    })),
    ...apis
      .filter(({ zone }) => zone === 'external')
      .map(({ id, identifier, active }) => ({
        name: identifier,
        kind: 'public_api' as const,
        microserviceId: undefined,
        apiId: id,
        active,
      })),
    ...goneServices(usage, names),
  ];
  const reports = new Set(usage.map(({ apiId }) => apiId));
  return nodes
    .map((node) => ({
      ...node,
      isReporting: node.apiId !== undefined && reports.has(node.apiId),
      unattributedCalls: sumOf(
        usage.filter(({ apiId, clientId, result }) => apiId === node.apiId && clientId === null && result === 'accepted'),
      ),
    }))
    .sort((one, other) => compareText(one.kind, other.kind) || compareText(one.name, other.name));
}

/** Callers that were deleted since: reports still tell of them, by their id. */
function goneServices(usage: readonly UsageFact[], names: Names): Omit<TrustNode, 'isReporting' | 'unattributedCalls'>[] {
  const gone = new Set(usage.flatMap(({ clientId }) => (clientId !== null && names.service(clientId) === clientId ? [clientId] : [])));
  return [...gone].map((id) => ({ name: id, kind: 'service', microserviceId: id, apiId: undefined, active: false }));
}

export function entrancesOf({ apis }: TrustFacts): TrustMap['entrances'] {
  return apis
    .flatMap(({ identifier, zone, servedBy }) => (zone === 'external' ? servedBy.map((service) => ({ api: identifier, service })) : []))
    .sort((one, other) => compareText(one.api, other.api) || compareText(one.service, other.service));
}
