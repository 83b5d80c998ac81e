import { describe, expect, it } from 'vitest';
import type { Caller } from '@countersign/guards';
import { isOperator, mayEnter } from './administrator.policy.js';
import { changedFields } from './changed-fields.js';

const caller = (principalType: Caller['principalType'], orgId?: string): Caller => ({ principalType, orgId }) as Caller;

describe('an operator', () => {
  it.each([
    ['a service principal of no organization', caller('service_principal'), true],
    ['a service principal of an organization', caller('service_principal', 'org_1'), false],
    ['an app of no organization', caller('app'), false],
    ['a microservice', caller('microservice'), false],
  ])('%s: %#', (_, who, operator) => {
    expect(isOperator(who)).toBe(operator);
    expect(mayEnter(who, 'org_2')).toBe(operator);
  });

  it('is not needed to enter the own organization', () => {
    expect(mayEnter(caller('app', 'org_1'), 'org_1')).toBe(true);
  });
});

describe('changed fields', () => {
  it('are only those that differ', () => {
    expect(changedFields({ a: 1, b: ['x'], c: null }, { a: 2, b: ['x'], c: undefined })).toEqual({
      before: { a: 1, c: null },
      after: { a: 2, c: null },
    });
    expect(changedFields({ a: ['x'] }, { a: ['x'] })).toBeUndefined();
  });
});
