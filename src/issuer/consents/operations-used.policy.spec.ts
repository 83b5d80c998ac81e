import { describe, expect, it } from 'vitest';
import type { OperationUse } from '../../directory/usage/index.js';
import { MAX_OPERATIONS, mostUsedFirst, withOperations } from './operations-used.policy.js';

const NOON = new Date('2026-11-22T12:00:00Z');
const use = (operation: string, calls = 1, denials = 0): OperationUse => ({ operation, calls, denials, lastAt: NOON });

describe('the operations of a consent', () => {
  it('are summed by name', () => {
    expect(withOperations([use('list', 2)], [use('list', 3, 1), use('read')])).toEqual([use('list', 5, 1), use('read')]);
  });

  it('are so many at most, then one that holds the rest: no call is lost, and what was known stays known', () => {
    const first = withOperations(
      [],
      Array.from({ length: 200 }, (_, i) => use(`op${i}`)),
    );
    expect(first).toHaveLength(MAX_OPERATIONS + 1);
    expect(first.at(-1)).toEqual(use('other', 200 - MAX_OPERATIONS));
    const again = withOperations(first, [use('op3'), use('op199', 1, 1), use('other')]);
    expect(again).toHaveLength(MAX_OPERATIONS + 1);
    expect(again.find(({ operation }) => operation === 'op3')?.calls).toBe(2);
    expect(again.at(-1)).toEqual(use('other', 200 - MAX_OPERATIONS + 2, 1));
  });

  it('are read in the order of how often they were tried', () => {
    expect(mostUsedFirst([use('b'), use('a'), use('c', 0, 9)]).map(({ operation }) => operation)).toEqual(['c', 'a', 'b']);
  });
});
