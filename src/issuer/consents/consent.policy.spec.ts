import { describe, expect, it } from 'vitest';
import { ADMISSION_MODES, admissionOf, afterAnswer, commonScopes, covers, withIdentity, type AdmissionFacts } from './consent.policy.js';

describe('which apps an organization admits', () => {
  const facts: AdmissionFacts = { mode: 'listed', isListed: false, isReviewed: true, isSelfRegistered: false, isOwn: false };
  it.each<[string, Partial<AdmissionFacts>, string]>([
    ['one that it has not listed', {}, 'refused'],
    ['one that it has listed', { isListed: true }, 'admitted'],
    ['any, where it admits all', { mode: 'all' }, 'admitted'],
    ['one that may be asked for', { mode: 'ask' }, 'ask_admin'],
    ['one that was asked for and is listed now', { mode: 'ask', isListed: true }, 'admitted'],
    ['one that nobody has reviewed, though all are admitted', { mode: 'all', isReviewed: false }, 'refused'],
    ['one that nobody has reviewed, though it is listed', { isListed: true, isReviewed: false }, 'refused'],
    ['one that nobody has registered, where all are admitted', { mode: 'all', isReviewed: false, isSelfRegistered: true }, 'admitted'],
    ['one that nobody has registered, and that is listed', { isListed: true, isReviewed: false, isSelfRegistered: true }, 'admitted'],
    ['one that nobody has registered', { isReviewed: false, isSelfRegistered: true }, 'refused'],
    ['one that nobody has registered, and that may be asked for', { mode: 'ask', isReviewed: false, isSelfRegistered: true }, 'ask_admin'],
    ['one that nobody has reviewed, though it may be asked for', { mode: 'ask', isReviewed: false }, 'refused'],
  ])('%s', (_, change, admission) => {
    expect(admissionOf({ ...facts, ...change })).toBe(admission);
  });

  it('its own, whatever the review and the policy say', () => {
    for (const mode of ADMISSION_MODES) expect(admissionOf({ ...facts, mode, isReviewed: false, isOwn: true })).toBe('admitted');
  });
});

describe('who somebody is, beside what they allow at an API', () => {
  it.each<[string, string[], string[]]>([
    ['goes along in the order asked', ['read:x'], ['openid', 'read:x']],
    ['is nothing where nothing can be had there', [], []],
    ['is all there is at UserInfo itself', ['openid'], ['openid']],
  ])('%s', (_, own, allowed) => {
    expect(withIdentity(own, ['openid', 'email', 'read:x', 'read:y'], ['openid'])).toEqual(allowed);
  });
});

describe('what everybody holds', () => {
  it.each<[string[], string[][], string[]]>([
    [
      ['a', 'b', 'c'],
      [
        ['c', 'b'],
        ['b', 'c', 'd'],
      ],
      ['b', 'c'],
    ],
    [['a'], [['a'], []], []],
    [[], [['a']], []],
    [['a', 'b'], [], ['a', 'b']],
  ])('of %j, within %j', (asked, held, common) => {
    expect(commonScopes(asked, ...held)).toEqual(common);
  });
});

describe('attack 31: whether a consent answers a request', () => {
  const consent = { scopes: ['a', 'b'], redirectUris: ['https://app.example/cb'] };
  it.each([
    ['the same', ['a', 'b'], 'https://app.example/cb', true],
    ['less', ['a'], 'https://app.example/cb', true],
    ['more', ['a', 'b', 'c'], 'https://app.example/cb', false],
    ['something else', ['c'], 'https://app.example/cb', false],
    ['the same, sent to where nobody was told of', ['a'], 'https://evil.example/cb', false],
  ])('%s', (_, scopes, registeredRedirectUri, covered) => {
    expect(covers(consent, { scopes, registeredRedirectUri })).toBe(covered);
  });

  it.each<[string, string | undefined, string | undefined, boolean]>([
    ['the app that the person looked at', 'a', 'a', true],
    ['another app than that, though redirect URI and scopes are the same', 'a', 'b', false],
    ['one of which nobody has written down what it was', undefined, 'a', false],
    ['one for which an administrator answers', undefined, undefined, true],
  ])('CIMD-8 %s', (_, seen, appFingerprint, covered) => {
    const request = { scopes: ['a'], registeredRedirectUri: 'https://app.example/cb', appFingerprint };
    expect(covers({ ...consent, appFingerprint: seen }, request)).toBe(covered);
  });
});

describe('a consent after an answer', () => {
  it.each<[string, string[], string[], string[], string[], boolean]>([
    ['the first', [], ['a', 'b'], ['a', 'b'], ['a', 'b'], false],
    ['the first, with one left out', [], ['a', 'b'], ['b'], ['b'], false],
    ['one more', ['a'], ['a', 'b'], ['a', 'b'], ['a', 'b'], false],
    ['one more that is left out', ['a'], ['a', 'b'], ['a'], ['a'], false],
    ['one that is taken back', ['a', 'b'], ['a', 'b'], ['a'], ['a'], true],
    ['what was not asked about stays', ['a', 'b'], ['c'], ['c'], ['a', 'b', 'c'], false],
    ['what was never asked for is not had', ['a'], ['a'], ['a', 'x'], ['a'], false],
  ])('%s', (_, given, asked, ticked, scopes, isNarrower) => {
    expect(afterAnswer(given, asked, ticked)).toEqual({ scopes, isNarrower });
  });
});
