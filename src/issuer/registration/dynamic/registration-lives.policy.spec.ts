import { describe, expect, it } from 'vitest';
import { fateOf, IDLE_SECONDS, REGISTRATION_STATES } from './registration-lives.policy.js';

describe('DCR-2: what becomes of a registration whose time is over', () => {
  it.each(REGISTRATION_STATES)('with a live grant a registration that was %s never goes', (state) => {
    for (const isWanted of [true, false]) expect(fateOf({ state, hasGrant: true, isWanted })).toMatchObject({ state: 'used' });
  });

  it('never used: it goes', () => {
    expect(fateOf({ state: 'unused', hasGrant: false, isWanted: false })).toBe('gone');
  });

  it('never used, but an administrator is asked for it: it has thirty days', () => {
    expect(fateOf({ state: 'unused', hasGrant: false, isWanted: true })).toEqual({ state: 'idle', seconds: IDLE_SECONDS });
  });

  it('used, and left by all: thirty days, and then it goes, admitted or not', () => {
    expect(fateOf({ state: 'used', hasGrant: false, isWanted: false })).toEqual({ state: 'idle', seconds: IDLE_SECONDS });
    for (const isWanted of [true, false]) expect(fateOf({ state: 'idle', hasGrant: false, isWanted })).toBe('gone');
  });
});
