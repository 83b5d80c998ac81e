import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { POLICIES, PUBLIC_API, SERVICES, UNUSED } from '../../scripts/lib/demo-services/registration.mjs';
import { REFUSED } from '../../scripts/lib/demo-services/trust-map.mjs';
import { compareTrust } from '../../src/directory/trust-map/compare-trust.policy.js';
import { toMermaid } from '../../src/directory/trust-map/mermaid.js';
import type { PolicyFact, RefusalFact, TrustFacts, UsageFact } from '../../src/directory/trust-map/trust-facts.js';

const ROOT = new URL('../..', import.meta.url).pathname;
/** Of each edge, in the guide; the demo counts its own. */
const CALLS = 42;
const at = new Date('2026-11-22T08:00:00Z');

type DemoPolicy = (typeof POLICIES)[number];
type DemoRefusal = (typeof REFUSED)[number];

const policy = ({ caller, target, scopes }: DemoPolicy): PolicyFact => ({
  id: `pol_${caller}_${target}`,
  callerId: `svc_${caller}`,
  apiId: `api_${target}`,
  scopes,
  orgMode: 'parent',
  createdAt: at,
});
const call = ({ caller, target, scopes }: DemoPolicy): UsageFact => ({
  clientId: `svc_${caller}`,
  apiId: `api_${target}`,
  operation: 'call',
  scopes,
  result: 'accepted',
  calls: CALLS,
  lastSeenAt: at,
});
const atGuard = ({ target, scopes, reason, count }: DemoRefusal): UsageFact => ({
  clientId: null,
  apiId: `api_${target}`,
  operation: 'call',
  scopes,
  result: reason,
  calls: count,
  lastSeenAt: at,
});
const atIssuance = ({ caller, target, scopes, reason, count }: DemoRefusal): RefusalFact => ({
  callerId: `svc_${caller}`,
  apiId: `api_${target}`,
  scope: scopes.join(' '),
  reason,
  count,
  lastSeenAt: at,
  isCut: false,
});
/** What the demo expects of itself. */
const FACTS: TrustFacts = {
  services: SERVICES.map((name) => ({ id: `svc_${name}`, name, active: name !== 'billing' })),
  apis: [
    ...SERVICES.map((identifier) => ({ id: `api_${identifier}`, identifier, zone: 'internal' as const, active: true, servedBy: [] })),
    { id: 'api_public', identifier: PUBLIC_API, zone: 'external', active: true, servedBy: ['gateway'] },
  ],
  policies: [...POLICIES, UNUSED].map(policy),
  usage: [...POLICIES.map(call), ...REFUSED.filter(({ where }) => where === 'guard').map(atGuard)],
  lastUses: [],
  refusals: REFUSED.filter(({ where }) => where === 'issuance').map(atIssuance),
};

describe('docs/guides/trust-map.md', () => {
  it('shows the map of the demo services as the server draws it', () => {
    const [, diagram] = /```mermaid\n([\s\S]*?)```/.exec(readFileSync(`${ROOT}/docs/guides/trust-map.md`, 'utf8')) ?? [];
    expect(diagram).toBe(toMermaid(compareTrust(FACTS)));
  });
});
