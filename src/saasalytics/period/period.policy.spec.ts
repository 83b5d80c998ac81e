import { describe, expect, it } from 'vitest';
import type { Problem } from '../../platform/http/index.js';
import { assertBuckets, assertPeriod, type Interval, type Period } from './period.policy.js';

const aPeriod = (from: string, to: string): Period => ({ from: new Date(from), to: new Date(to), timezone: 'UTC', currency: 'EUR' });
const fixOf = (interval: Interval, period: Period): string | undefined => {
  try {
    assertBuckets(period, interval);
    return undefined;
  } catch (error) {
    return (error as Problem).options.errors?.[0]?.fix;
  }
};

describe('a period', () => {
  it('422 when it is empty, turned round or too long', () => {
    const at = { from: 'from', to: 'to' };
    expect(() => assertPeriod(aPeriod('2026-11-01', '2026-11-01'), at)).toThrow(expect.objectContaining({ status: 422 }));
    expect(() => assertPeriod(aPeriod('2026-11-02', '2026-11-01'), at)).toThrow(expect.objectContaining({ status: 422 }));
    expect(() => assertPeriod(aPeriod('2020-01-01', '2026-11-01'), at)).toThrow(expect.objectContaining({ status: 422 }));
    expect(() => assertPeriod(aPeriod('2026-10-01', '2026-11-01'), at)).not.toThrow();
  });

  it('with too many buckets is told which interval fits', () => {
    expect(fixOf('hour', aPeriod('2026-08-24', '2026-11-22'))).toBe('Use interval=day, or a period of at most 40 days.');
    expect(fixOf('hour', aPeriod('2026-10-23', '2026-11-22'))).toBeUndefined();
    expect(fixOf('day', aPeriod('2024-01-01', '2026-11-22'))).toBe('Use interval=week, or a period of at most 999 days.');
  });
});
