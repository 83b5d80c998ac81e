import { describe, expect, it } from 'vitest';
import type { PresentedFamily, RefreshFamily } from './refresh-family.js';
import { endsAfterRefresh, fingerprintOf, judgeRefresh, reuseFacts, type RefreshFacts } from './refresh.policy.js';

const NOW = new Date('2026-11-22T10:00:00Z');
const LATER = new Date(NOW.getTime() + 1);
const FAMILY: RefreshFamily = {
  id: 'f',
  orgId: 'org_1',
  consentId: 'con_1',
  clientId: 'app_1',
  userId: 'usr_1',
  apiId: 'api_1',
  scopes: ['a'],
  authentication: { authTime: 1, acr: '1', amr: ['pwd'] },
  sessionId: undefined,
  cnf: undefined,
  createdAt: new Date(NOW.getTime() - 3_600_000),
  refreshedAt: new Date(NOW.getTime() - 90_000),
  ip: '192.0.2.1',
  idleUntil: LATER,
  endsAt: LATER,
};
const CLIENT: RefreshFacts = { clientId: 'app_1', cnf: undefined };
const SEALED = Buffer.from('x');
const BOUND = { cnf: { 'x5t#S256': 'k' } };

describe('RT-1…3, RT-6 whose token, which key, how old, how often', () => {
  it.each<[string, Partial<Omit<PresentedFamily, 'family'>>, Partial<RefreshFamily>, Partial<RefreshFacts>, string | undefined]>([
    ['the present token', {}, {}, {}, undefined],
    ['the one before, while its answer may be repeated', { isCurrent: false, sealedAnswer: SEALED }, {}, {}, undefined],
    ['the one before, after that', { isCurrent: false }, {}, {}, 'reused'],
    ['another client', {}, {}, { clientId: 'app_2' }, 'refresh_token_of_other_client'],
    ['another client, with a used token', { isCurrent: false }, {}, { clientId: 'app_2' }, 'refresh_token_of_other_client'],
    [
      'another client, with one whose answer may be repeated',
      { isCurrent: false, sealedAnswer: SEALED },
      {},
      { clientId: 'app_2' },
      'refresh_token_of_other_client',
    ],
    ['the key that it is bound to', {}, BOUND, BOUND, undefined],
    ['another key', {}, BOUND, { cnf: { 'x5t#S256': 'other' } }, 'other_sender_key'],
    ['a key of another kind', {}, BOUND, { cnf: { jkt: 'k' } }, 'other_sender_key'],
    ['no key', {}, BOUND, {}, 'other_sender_key'],
    ['no key, with a used token', { isCurrent: false }, BOUND, {}, 'other_sender_key'],
    ['a key, where none is needed', {}, {}, BOUND, undefined],
    ['unused for too long', {}, { idleUntil: NOW }, {}, 'refresh_token_expired'],
    ['older than any may be', {}, { endsAt: NOW }, {}, 'refresh_token_expired'],
  ])('%s', (_, presented, family, facts, refusal) => {
    const seen = { isCurrent: true, sealedAnswer: undefined, ...presented, family: { ...FAMILY, ...family } };
    expect(judgeRefresh(seen, { ...CLIENT, ...facts }, NOW)).toBe(refusal);
  });
});

describe('the same request', () => {
  const asked = { scopes: ['b', 'a'], audience: 'x', cnf: { jkt: 'k' } };
  it('asks for the same, whatever the order', () => {
    expect(fingerprintOf({ ...asked, scopes: ['a', 'b'] })).toBe(fingerprintOf(asked));
  });

  it.each([
    ['other scopes', { scopes: ['a'] }],
    ['no scopes', { scopes: undefined }],
    ['another API', { audience: 'y' }],
    ['no API', { audience: undefined }],
    ['another key', { cnf: { jkt: 'l' } }],
    ['a key of another kind', { cnf: { 'x5t#S256': 'k' } }],
    ['no key', { cnf: undefined }],
  ])('is another one with %s', (_, change) => {
    expect(fingerprintOf({ ...asked, ...change })).not.toBe(fingerprintOf(asked));
  });
});

describe('RT-6 when a family ends', () => {
  it('30 days after its last use, its row at the next midnight', () => {
    const ends = endsAfterRefresh(NOW, new Date('2027-05-01T00:00:00Z'));
    expect(ends).toEqual({ idleUntil: new Date('2026-12-22T10:00:00Z'), expiresAt: new Date('2026-12-23T00:00:00Z') });
    expect(endsAfterRefresh(new Date('2026-11-22T23:59:59Z'), new Date('2027-05-01T00:00:00Z')).expiresAt).toEqual(ends.expiresAt);
  });

  it('at its own end, however often it is used', () => {
    expect(endsAfterRefresh(NOW, LATER).idleUntil).toEqual(LATER);
  });
});

it('RT-3 the audit of a reuse tells the age of the family, the time since the rotation, and whether the address is another', () => {
  expect(reuseFacts(FAMILY, NOW, '192.0.2.1')).toEqual({ family_age_seconds: 3_600, seconds_since_rotation: 90, ip_changed: false });
  expect(reuseFacts(FAMILY, NOW, '198.51.100.1')).toMatchObject({ ip_changed: true });
});
