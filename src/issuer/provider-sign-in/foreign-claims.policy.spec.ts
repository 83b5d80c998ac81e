import { describe, expect, it } from 'vitest';
import { identityOf, signInFactsOf } from './foreign-claims.policy.js';

const ISSUER = 'https://accounts.example.com';
const CLAIMS = { iss: ISSUER, sub: '248289761001', email: 'Ada@Example.com', name: 'Ada Lovelace' };
const NOW = new Date('2026-11-22T08:00:00Z');
const seconds = (offset: number): number => NOW.getTime() / 1000 + offset;

describe('identityOf', () => {
  it('OpenID Connect Core §5.7: issuer and subject identify, the rest is to show', () => {
    expect(identityOf(CLAIMS, ISSUER)).toEqual({
      issuer: ISSUER,
      subject: '248289761001',
      email: 'ada@example.com',
      name: 'Ada Lovelace',
    });
  });

  it.each([
    ['another issuer', { ...CLAIMS, iss: 'https://evil.example' }],
    ['the issuer with a slash', { ...CLAIMS, iss: `${ISSUER}/` }],
    ['no subject', { ...CLAIMS, sub: '' }],
    ['a subject without end', { ...CLAIMS, sub: 'x'.repeat(256) }],
  ])('is nobody with %s', (_, claims) => expect(identityOf(claims, ISSUER)).toBeUndefined());

  it.each([
    [{ ...CLAIMS, name: undefined }, 'ada@example.com'],
    [{ ...CLAIMS, name: undefined, email: 'not an address' }, '248289761001'],
    [{ ...CLAIMS, name: 'Ada\u202E\nLovelace' }, 'AdaLovelace'],
    [{ ...CLAIMS, name: ['Ada'] }, 'ada@example.com'],
  ])('shows %j as %s', (claims, name) => expect(identityOf(claims, ISSUER)?.name).toBe(name));
});

describe('signInFactsOf', () => {
  it('takes over what the provider says, as the word of another; how strong that is, it does not say', () => {
    const claims = { ...CLAIMS, auth_time: seconds(-100), amr: ['pwd', 'otp'], acr: 'urn:countersign:acr:password' };
    expect(signInFactsOf(claims, NOW)).toEqual({
      authTime: new Date(seconds(-100) * 1000),
      amr: ['federated', 'pwd', 'otp'],
      acr: 'urn:countersign:acr:federated',
    });
  });

  it.each([
    [{}, new Date(0)],
    [{ auth_time: 'yesterday' }, new Date(0)],
    [{ auth_time: -1 }, new Date(0)],
    [{ auth_time: seconds(1_000) }, NOW],
  ])('of %j the time is long ago, so that it meets no max_age, and never in the future', (claims, authTime) =>
    expect(signInFactsOf({ ...CLAIMS, ...claims }, NOW)?.authTime).toEqual(authTime),
  );

  it.each([
    [{ amr: 'pwd' }],
    [{ amr: [] }],
    [{ amr: [1] }],
    [{ amr: ['a b'] }],
    [{ amr: Array.from({ length: 11 }, () => 'x') }],
    [{ amr: ['urn:countersign:x', 'URN:Countersign:y'] }],
  ])('replaces %j by a word of its own', (claims) => expect(signInFactsOf({ ...CLAIMS, ...claims }, NOW)?.amr).toEqual(['federated']));

  it.each([
    [seconds(-30), true],
    [seconds(0), true],
    [seconds(-61), false],
    [undefined, false],
  ])('asked to prove themselves again, a sign-in at %s counts: %s', (authTime, counts) =>
    // By our clock it is not before what was asked for, whatever theirs says.
    expect(signInFactsOf({ ...CLAIMS, auth_time: authTime }, NOW, NOW)?.authTime).toEqual(counts ? NOW : undefined),
  );
});
