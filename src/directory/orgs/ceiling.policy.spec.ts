import { describe, expect, it } from 'vitest';
import type { ClientGrant } from '@countersign/oauth';
import { outsideCeiling, withinCeiling } from './ceiling.policy.js';

const GRANT = { audience: 'api', scopes: ['a', 'b'] };

describe('a ceiling', () => {
  it.each<[string, ClientGrant[] | null, string[]]>([
    ['null allows all', null, []],
    ['empty allows nothing', [], ['a', 'b']],
    ['of another API allows nothing', [{ audience: 'other', scopes: ['a', 'b'] }], ['a', 'b']],
    ['lets through what it names', [{ audience: 'api', scopes: ['b', 'c'] }], ['a']],
  ])('%s', (_, ceiling, outside) => {
    expect(outsideCeiling(GRANT, ceiling)).toEqual(outside);
    const kept = GRANT.scopes.filter((scope) => !outside.includes(scope));
    expect(withinCeiling([GRANT], ceiling)).toEqual(kept.length > 0 ? [{ audience: 'api', scopes: kept }] : []);
  });
});
