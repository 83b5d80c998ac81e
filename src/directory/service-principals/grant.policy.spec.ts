import { describe, expect, it } from 'vitest';
import { refusalsOf, rightsBeyond, type AskedGrant, type Creator, type GrantFacts } from './grant.policy.js';

const MANAGEMENT = 'https://auth/v1';
const ADMIN: Creator = {
  operator: false,
  grants: [
    { audience: 'api', scopes: ['a', 'o'] },
    { audience: MANAGEMENT, scopes: ['read:orgs'] },
  ],
};
const OPERATOR: Creator = { operator: true, grants: [{ audience: MANAGEMENT, scopes: ['read:orgs', 'write:orgs'] }] };
const OPERATOR_ONLY = new Set(['o', 'write:orgs']);

function asked(audience: string, ...scopes: string[]): AskedGrant {
  return { audience, scopes: scopes.map((name) => ({ name, assignableBy: OPERATOR_ONLY.has(name) ? 'operator' : 'org_admin' })) };
}

function refused(facts: Partial<GrantFacts>): string[] {
  const refusals = refusalsOf({ asked: [], held: [], ceiling: null, creator: ADMIN, managementAudience: MANAGEMENT, ...facts });
  return refusals.map(({ index, reason, scopes }) => `${index} ${reason} ${scopes.join(' ')}`);
}

describe('a grant', () => {
  it.each<[string, Partial<GrantFacts>, string[]]>([
    ['of what the creator holds is assignable', { asked: [asked('api', 'a')] }, []],
    ['of what the creator lacks is not', { asked: [asked('api', 'a', 'b')] }, ['0 not_held b']],
    ['at an API where the creator holds nothing is not', { asked: [asked('other', 'a')] }, ['0 not_held a']],
    ['of an operator scope is not, though the creator holds it', { asked: [asked('api', 'o')] }, ['0 operator_only o']],
    [
      'of what the principal has stays, though the creator lacks it',
      { asked: [asked('api', 'b')], held: [{ audience: 'api', scopes: ['b'] }] },
      [],
    ],
    [
      'held at one API is not held at another',
      { asked: [asked('other', 'b')], held: [{ audience: 'api', scopes: ['b'] }] },
      ['0 not_held b'],
    ],
    ['above the ceiling is not, whoever asks', { asked: [asked('api', 'a')], ceiling: [], creator: OPERATOR }, ['0 outside_ceiling a']],
    [
      'above the ceiling is not, though the principal has it',
      { asked: [asked('api', 'a')], ceiling: [], held: [{ audience: 'api', scopes: ['a'] }] },
      ['0 outside_ceiling a'],
    ],
    ['of any scope is assignable by an operator', { asked: [asked('api', 'a', 'o', 'x')], creator: OPERATOR }, []],
    [
      'of management scopes needs them, also of an operator',
      { asked: [asked(MANAGEMENT, 'write:orgs', 'write:apis')], creator: OPERATOR },
      ['0 not_held write:apis'],
    ],
    [
      'is judged part by part',
      { asked: [asked('api', 'a'), asked(MANAGEMENT, 'read:orgs', 'write:orgs', 'read:apis')] },
      ['1 operator_only write:orgs', '1 not_held read:apis'],
    ],
  ])('%s', (_, facts, refusals) => {
    expect(refused(facts)).toEqual(refusals);
  });
});

describe('a credential of a principal', () => {
  it.each([
    ['with fewer rights may be made', [{ audience: 'api', scopes: ['a'] }], ADMIN, []],
    ['with more rights may not', [{ audience: 'api', scopes: ['a', 'b'] }], ADMIN, [{ audience: 'api', scopes: ['b'] }]],
    ['with any rights may be made by an operator', [{ audience: 'api', scopes: ['b'] }], OPERATOR, []],
    [
      'with management rights that the operator lacks may not',
      [{ audience: MANAGEMENT, scopes: ['write:apis'] }],
      OPERATOR,
      [{ audience: MANAGEMENT, scopes: ['write:apis'] }],
    ],
  ])('%s', (_, grants, creator, beyond) => {
    expect(rightsBeyond(grants, creator, MANAGEMENT)).toEqual(beyond);
  });
});
