import { describe, expect, it } from 'vitest';
import { ago, many } from './times.policy.js';

const NOW = new Date('2026-11-22T10:00:00Z');
const before = (ms: number): string => ago(new Date(NOW.getTime() - ms), NOW);

describe('how long ago', () => {
  it.each([
    [-5_000, 'just now'],
    [60_000, 'just now'],
    [90_000, '1 minute ago'],
    [59 * 60_000, '59 minutes ago'],
    [3_600_000, '1 hour ago'],
    [23 * 3_600_000, '23 hours ago'],
    [24 * 3_600_000, 'yesterday'],
    [48 * 3_600_000, '2 days ago'],
    [30 * 24 * 3_600_000, '30 days ago'],
    [31 * 24 * 3_600_000, 'on 22 October 2026'],
  ])('%i ms: %s', (ms, words) => {
    expect(before(ms)).toBe(words);
  });
});

it('one is not many', () => {
  expect([many(1, 'call'), many(0, 'call'), many(1_284, 'call')]).toEqual(['1 call', '0 calls', '1,284 calls']);
});
