import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareTrust } from '../../src/directory/trust-map/compare-trust.policy.js';
import { toMermaid } from '../../src/directory/trust-map/mermaid.js';
import type { PolicyFact, RefusalFact, TrustFacts, UsageFact } from '../../src/directory/trust-map/trust-facts.js';

const ROOT = new URL('../..', import.meta.url).pathname;
const at = new Date('2026-11-22T08:00:00Z');

const NAMES = ['billing', 'dashboards', 'event-processing', 'export', 'gateway', 'user-management'];
const POLICIES: readonly [string, string, string, number][] = [
  ['gateway', 'user-management', 'read:users', 42],
  ['gateway', 'event-processing', 'write:events', 42],
  ['gateway', 'billing', 'export:invoices', 42],
  ['billing', 'export', 'start:export', 42],
  ['billing', 'user-management', 'read:users', 42],
  ['event-processing', 'dashboards', 'write:rollups', 42],
  // Planted: nobody calls by it.
  ['dashboards', 'user-management', 'read:users', 0],
];
const policy = ([caller, target, scope]: (typeof POLICIES)[number]): PolicyFact => ({
  id: `pol_${caller}_${target}`,
  callerId: `svc_${caller}`,
  apiId: `api_${target}`,
  scopes: [scope],
  orgMode: 'parent',
  createdAt: at,
});
const call = ([caller, target, scope, calls]: (typeof POLICIES)[number]): UsageFact => ({
  clientId: `svc_${caller}`,
  apiId: `api_${target}`,
  operation: 'call',
  scopes: [scope],
  result: 'accepted',
  calls,
  lastSeenAt: at,
});
const refused = (target: string, scope: string, reason: string): RefusalFact => ({
  callerId: 'svc_billing',
  apiId: `api_${target}`,
  scope,
  reason,
  count: 1,
  lastSeenAt: at,
  isCut: false,
});
const FACTS: TrustFacts = {
  services: NAMES.map((name) => ({ id: `svc_${name}`, name, active: name !== 'billing' })),
  apis: [
    ...NAMES.map((identifier) => ({ id: `api_${identifier}`, identifier, zone: 'internal' as const, active: true, servedBy: [] })),
    { id: 'api_public', identifier: 'https://api.example.com', zone: 'external', active: true, servedBy: ['gateway'] },
  ],
  policies: POLICIES.map(policy),
  usage: [
    ...POLICIES.filter(([, , , calls]) => calls > 0).map(call),
    { ...call(['', 'user-management', 'read:users', 3]), clientId: null, result: 'invalid_token' },
    { ...call(['', 'export', 'start:export', 1]), clientId: null, result: 'invalid_token' },
  ],
  lastUses: [],
  refusals: [
    refused('event-processing', 'write:events', 'invalid_target'),
    refused('user-management', 'write:users', 'invalid_scope'),
    refused('export', 'start:export', 'unauthorized_client'),
  ],
};

describe('docs/guides/trust-map.md', () => {
  it('shows the map of the demo services as the server draws it', () => {
    const [, diagram] = /```mermaid\n([\s\S]*?)```/.exec(readFileSync(`${ROOT}/docs/guides/trust-map.md`, 'utf8')) ?? [];
    expect(diagram).toBe(toMermaid(compareTrust(FACTS)));
  });
});
