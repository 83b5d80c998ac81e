import { describe, expect, it } from 'vitest';
import { assertGrouping, toSeries } from './metrics.policy.js';

describe('a series', () => {
  it('has a zero where nothing happened', () => {
    const rows = [
      { group: null, bucket: 1, value: 5 },
      { group: null, bucket: null, value: 5 },
    ];
    expect(toSeries(3, rows, 'none')).toEqual([{ group: null, total: 5, values: [0, 5, 0] }]);
  });

  it('exists without any event', () => {
    expect(toSeries(2, [], 'none')).toEqual([{ group: null, total: 0, values: [0, 0] }]);
  });

  it('has a line for each group, largest first, and none without groups', () => {
    const rows = [
      { group: 'DE', bucket: 0, value: 1 },
      { group: 'DE', bucket: null, value: 1 },
      { group: 'FR', bucket: 1, value: 4 },
      { group: 'FR', bucket: null, value: 4 },
    ];
    expect(toSeries(2, rows, 'country').map(({ group, values }) => [group, values])).toEqual([
      ['FR', [0, 4]],
      ['DE', [1, 0]],
    ]);
    expect(toSeries(2, [], 'country')).toEqual([]);
  });
});

it('422 when new customers are asked for by event type', () => {
  expect(() => assertGrouping('new_customers', 'type')).toThrow(expect.objectContaining({ status: 422 }));
  expect(() => assertGrouping('new_customers', 'country')).not.toThrow();
});
