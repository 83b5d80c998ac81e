import { describe, expect, it } from 'vitest';
import { concerns, heartbeatSecondsOf, matchesEtag, positionOf } from './revocation-feed.policy.js';

describe('the revocation feed', () => {
  it.each([
    ['a token', 'token', '0f8b', true],
    ['an organization', 'org', 'org_1', true],
    ['a client', 'client', 'sp_1', true],
    ['a grant at the API', 'grant', 'sp_1.api_1', true],
    ['a grant at another API', 'grant', 'sp_1.api_2', false],
    ['a grant at an API whose id begins alike', 'grant', 'sp_1.api_11', false],
    ['a consent, which names no API', 'grant', 'con_1', true],
    ['a call policy, which is for services only', 'grant', 'pol_1', false],
  ] as const)('tells an API of %s: %s %s %s', (_, kind, value, isTold) => {
    expect(concerns({ kind, value }, { id: 'api_1', zone: 'external' })).toBe(isTold);
  });

  it.each(['pol_1', 'sp_1.api_1', 'sp_1.api_2', 'con_1'])(
    'tells an internal API of the grant %s, from which its tokens may descend',
    (value) => {
      expect(concerns({ kind: 'grant', value }, { id: 'api_1', zone: 'internal' })).toBe(true);
    },
  );

  it.each([
    [5, 1],
    [6, 2],
    [15, 5],
    [60, 5],
    [3600, 5],
  ])('a limit of %d s needs a heartbeat every %d s', (limit, heartbeat) => {
    expect(heartbeatSecondsOf(limit)).toBe(heartbeat);
  });

  it.each([
    ['7', 7],
    ['0', 0],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['', undefined],
    ['9999999999999999', undefined],
    [['1', '2'], undefined],
    [undefined, undefined],
  ])('Last-Event-ID %j continues from %s', (id, position) => {
    expect(positionOf(id)).toBe(position);
  });

  it.each([
    ['W/"a"', true],
    ['"a"', true],
    ['"b", W/"a"', true],
    ['*', true],
    ['"b"', false],
    ['a', false],
    ['', false],
    [undefined, false],
  ])('RFC 9110 §13.1.2: If-None-Match %s against W/"a" is %s', (ifNoneMatch, isMatch) => {
    expect(matchesEtag(ifNoneMatch, 'W/"a"')).toBe(isMatch);
  });
});
