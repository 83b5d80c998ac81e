import { describe, expect, it } from 'vitest';
import { isMoment } from './moment.decorator.js';

describe('a moment', () => {
  it.each(['2026-11-01', '2024-02-29', '2026-11-01T09:30Z', '2026-11-01T09:30:00Z', '2026-11-01T09:30:00.123456+05:30'])(
    'is %s',
    (text) => {
      expect(isMoment(text)).toBe(true);
      expect(Date.parse(text)).not.toBeNaN();
    },
  );
  it.each([
    '',
    '2026-02-29',
    '2026-13-01',
    '2026-11-01T24:00:00Z',
    '2026-11-01T09:30:00',
    '1999-01-01',
    'now',
    // ISO 8601 knows these; Date does not.
    '2026-W01-1',
    '2026-W01',
    '2026-032',
    '20261101',
    '2026-11',
    '20261101T093000Z',
    '2026-11-01T23:59:60Z',
    '2026-11-01T09:30:00,5Z',
    '2026-11-01\n',
    20_261_101,
    null,
    ['2026-11-01'],
  ])('is not %j', (value) => {
    expect(isMoment(value)).toBe(false);
  });
});
