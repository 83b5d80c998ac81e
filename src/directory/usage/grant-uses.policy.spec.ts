import { describe, expect, it } from 'vitest';
import { grantUsesOf } from './grant-uses.policy.js';
import type { UsageLine } from './usage-line.js';

const EARLY = new Date('2026-11-22T08:00:00Z');
const LATE = new Date('2026-11-22T09:30:00Z');
const LINE: UsageLine = {
  minute: EARLY,
  clientId: 'app_1',
  credentialId: 'sec_1',
  grantId: 'con_1',
  operation: 'list',
  scopes: ['b'],
  result: 'accepted',
  calls: 2,
};
const usesOf = (...lines: Partial<UsageLine>[]): unknown =>
  grantUsesOf(
    lines.map((line) => ({ ...LINE, ...line })),
    (grantId) => grantId.startsWith('con_'),
  );

describe('what was done on a grant', () => {
  it('all calls together, the last minute, and every scope once, whatever the order', () => {
    const use = { grantId: 'con_1', clientId: 'app_1', calls: 7, scopes: ['a', 'b'], lastUsedAt: LATE };
    expect(usesOf({ minute: LATE, scopes: ['b', 'a'], calls: 5 }, {})).toEqual([use]);
    expect(usesOf({}, { minute: LATE, scopes: ['b', 'a'], calls: 5, operation: 'other' })).toEqual([use]);
  });

  it('of each grant and client apart, grants in their order', () => {
    const uses = usesOf({ grantId: 'con_2' }, {}, { clientId: 'app_2' }) as { grantId: string; clientId: string }[];
    expect(uses.map(({ grantId, clientId }) => `${grantId} ${clientId}`)).toEqual(['con_1 app_1', 'con_1 app_2', 'con_2 app_1']);
  });

  it.each<[string, Partial<UsageLine>]>([
    ['a refused call', { result: 'insufficient_scope' }],
    ['a call without client', { clientId: undefined }],
    ['a call without grant', { grantId: undefined }],
    ['a grant of another kind', { grantId: 'sp_1.api_1' }],
  ])('%s is no use of it', (_, line) => {
    expect(usesOf(line)).toEqual([]);
  });
});
