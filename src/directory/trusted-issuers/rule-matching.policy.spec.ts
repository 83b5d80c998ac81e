import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimPatterns } from './claim-pattern.js';
import { mismatchOf } from './rule-matching.policy.js';

const CLAIMS = {
  sub: 'repo:acme/web:ref:refs/heads/main',
  repository: 'acme/web',
  repository_id: '74',
  run: 7,
  protected: true,
  groups: ['deployers', 'readers'],
  'kubernetes.io': { namespace: 'billing', serviceaccount: { name: 'exporter' } },
};

describe('mismatchOf: rules that match', () => {
  it.each<[string, ClaimPatterns]>([
    ['the value itself', { repository_id: '74' }],
    ['a number and a boolean', { run: 7, protected: true }],
    ['one of several values', { repository: ['acme/api', 'acme/web'] }],
    ['any member of a list in the token', { groups: 'readers' }],
    ['members of an object', { 'kubernetes.io': { namespace: 'billing', serviceaccount: { name: 'exporter' } } }],
    ['a wildcard for a whole segment', { repository: 'acme/*' }],
    ['wildcards between both separators', { sub: 'repo:acme/*:ref:refs/heads/*' }],
  ])('%s', (_, patterns) => {
    expect(mismatchOf(patterns, CLAIMS)).toBeUndefined();
  });
});

// Attack 43. Seen to fail with a wildcard that was compiled to `.*`, and with values compared by String().
describe('mismatchOf: the first claim that is wrong', () => {
  it.each<[string, ClaimPatterns, Record<string, unknown>, string]>([
    ['another value', { repository_id: '75' }, {}, '/repository_id'],
    ['a claim that is missing', { environment: 'production' }, {}, '/environment'],
    ['the second of two', { repository_id: '74', repository: 'acme/api' }, {}, '/repository'],
    ['another kind of value', { repository_id: 74 }, {}, '/repository_id'],
    ['another case', { repository: 'Acme/web' }, {}, '/repository'],
    ['a space around it', { repository: 'acme/web ' }, {}, '/repository'],
    ['a repository that starts with the same name', { repository: 'acme/web' }, { repository: 'acme/web-evil' }, '/repository'],
    ['a wildcard that would reach over a separator', { repository: 'acme/*' }, { repository: 'acme/x/y' }, '/repository'],
    ['a wildcard for nothing', { repository: 'acme/*' }, { repository: 'acme/' }, '/repository'],
    ['an owner that starts with the same name', { repository: 'acme/*' }, { repository: 'acme-evil/web' }, '/repository'],
    [
      'a branch whose name imitates a subject',
      { sub: 'repo:acme/*:ref:refs/heads/main' },
      { sub: 'repo:acme/web:x:ref:refs/heads/main' },
      '/sub',
    ],
    ['a wildcard in the token', { repository: 'acme/web' }, { repository: '*' }, '/repository'],
    ['an object in place of a text', { repository: 'acme/web' }, { repository: { toString: 'acme/web' } }, '/repository'],
    ['a member that is wrong', { 'kubernetes.io': { namespace: 'prod' } }, {}, '/kubernetes.io/namespace'],
    ['a text in place of an object', { 'kubernetes.io': { namespace: 'billing' } }, { 'kubernetes.io': 'billing' }, '/kubernetes.io'],
    ['a list in place of an object', { 'kubernetes.io': { length: 1 } }, { 'kubernetes.io': ['x'] }, '/kubernetes.io'],
    ['a name that every object inherits', { constructor: { name: 'Object' } }, {}, '/constructor'],
    ['names with the signs of a pointer', { 'https://a/~b': 'x' }, {}, '/https:~1~1a~1~0b'],
  ])('%s', (_, patterns, changes, claim) => {
    expect(mismatchOf(patterns, { ...CLAIMS, ...changes })).toMatchObject({ claim });
  });

  it('JBG-7: pull_request_target matches only where the rule names the event', () => {
    const claims = { ...CLAIMS, event_name: 'pull_request_target' };
    expect(mismatchOf({ repository_id: '74' }, claims)).toMatchObject({ claim: '/event_name' });
    expect(mismatchOf({ repository_id: '74', event_name: ['push', 'pull_request_target'] }, claims)).toBeUndefined();
  });

  it('a wildcard stands for exactly one segment, whatever that holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const matches = mismatchOf({ repository: 'acme/*' }, { repository: `acme/${text}` }) === undefined;
        expect(matches).toBe(text !== '' && !/[/:]/.test(text));
      }),
    );
  });
});
