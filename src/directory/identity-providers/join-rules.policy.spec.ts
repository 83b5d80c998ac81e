import { describe, expect, it } from 'vitest';
import { placesOf } from './join-rules.policy.js';

const RULES = [
  { emailDomain: 'example.com', orgId: 'org_1', role: 'member' as const },
  { emailDomain: 'example.com', orgId: 'org_2', role: 'admin' as const },
  { emailDomain: 'other.example', orgId: 'org_3', role: 'member' as const },
];

describe('placesOf', () => {
  it('gives every place whose domain is that of the verified address', () => {
    expect(placesOf(RULES, { email: 'Ada@Example.com', email_verified: true })).toEqual([
      { orgId: 'org_1', role: 'member' },
      { orgId: 'org_2', role: 'admin' },
    ]);
  });

  it.each([
    ['an address that is not verified', { email: 'ada@example.com', email_verified: false }],
    ['one of which nothing is said', { email: 'ada@example.com' }],
    ['a text in place of true', { email: 'ada@example.com', email_verified: 'true' }],
    ['a number in place of true', { email: 'ada@example.com', email_verified: 1 }],
    ['a domain below', { email: 'ada@sub.example.com', email_verified: true }],
    ['a domain that ends alike', { email: 'ada@evilexample.com', email_verified: true }],
    ['two @', { email: 'ada@example.com@evil.example', email_verified: true }],
    ['a line in the address', { email: 'ada@evil.example\n@example.com', email_verified: true }],
    ['no address', { email_verified: true }],
    ['a list of addresses', { email: ['ada@example.com'], email_verified: true }],
  ])('gives none for %s', (_, claims) => expect(placesOf(RULES, claims)).toEqual([]));
});
