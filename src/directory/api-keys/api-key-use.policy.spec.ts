import { describe, expect, it } from 'vitest';
import type { ApiKeyStanding } from './api-key-facts.js';
import { publicRefusal, refusalOf, type ApiKeyRefusalReason } from './api-key-use.policy.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const API = 'https://api.example/analytics';
const KEY: ApiKeyStanding = {
  id: 'key_1',
  orgId: 'org_1',
  userId: null,
  name: 'a key',
  audience: API,
  scopes: ['read'],
  definitions: [],
  allowedNetworks: [],
  digest: Buffer.alloc(32),
  pepperVersion: 'v1',
  createdAt: new Date(NOW - 1000),
  expiresAt: new Date(NOW + 1),
  revokedReason: null,
  isReplaced: false,
  isApiActive: true,
  needsBinding: false,
  isOrgActive: true,
  ceiling: null,
  role: null,
};
const PAST = new Date(NOW);

describe('KEYS-5: why a key may not be used', () => {
  it.each<[string, Partial<ApiKeyStanding>, string | undefined, ApiKeyRefusalReason | undefined]>([
    ['a good one', {}, API, undefined],
    ['its last millisecond is over', { expiresAt: PAST }, API, 'api_key_expired'],
    ['the grace of its rotation is over', { expiresAt: PAST, isReplaced: true }, API, 'api_key_rotated'],
    ['replaced, within the grace', { isReplaced: true }, API, undefined],
    ['rotated without grace', { revokedReason: 'rotated', expiresAt: PAST }, API, 'api_key_rotated'],
    ['leaked', { revokedReason: 'leaked', expiresAt: PAST }, API, 'api_key_revoked'],
    ['its organization is suspended', { isOrgActive: false }, API, 'api_key_org_suspended'],
    ['its person is no active member', { userId: 'usr_1' }, API, 'api_key_owner_inactive'],
    ['its person is one', { userId: 'usr_1', role: 'member' }, API, undefined],
    ['its API is disabled', { isApiActive: false }, API, 'api_key_api_disabled'],
    ['at another API', {}, 'https://api.example/v1', 'api_key_audience'],
    ['an API that wants bound tokens', { needsBinding: true }, API, 'api_key_unbound'],
    ['the same, exchanged', { needsBinding: true }, undefined, undefined],
    ['from another network', { allowedNetworks: ['198.51.100.0/24'] }, API, 'api_key_network'],
    ['from its network', { allowedNetworks: ['198.51.100.0/24', '203.0.113.7'] }, API, undefined],
  ])('%s', (_, change, audience, reason) => {
    expect(refusalOf({ ...KEY, ...change }, { audience, sourceAddress: '203.0.113.7', now: NOW })).toBe(reason);
  });

  it('tells the presenter that the time of the key is over, and nothing else', () => {
    expect(publicRefusal('api_key_expired')).toBe(publicRefusal('api_key_rotated'));
    const others: (ApiKeyRefusalReason | undefined)[] = [
      'api_key_revoked',
      'api_key_network',
      'api_key_owner_inactive',
      'api_key_audience',
    ];
    for (const reason of others) expect(publicRefusal(reason)).toBe(publicRefusal(undefined));
  });
});
