import { describe, expect, it } from 'vitest';
import { freshSecondsOf } from './freshness.policy.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

describe('CIMD-6: how long a document is used without asking again', () => {
  it.each<[Record<string, string>, number]>([
    [{}, 300],
    [{ 'cache-control': 'max-age=600' }, 600],
    [{ 'cache-control': 'public, Max-Age=600, immutable' }, 600],
    [{ 'cache-control': 'max-age=600', age: '500' }, 100],
    [{ 'cache-control': 'max-age=1' }, 60],
    [{ 'cache-control': 'max-age=600', age: '900' }, 60],
    [{ 'cache-control': 'max-age=99999999' }, 86_400],
    [{ 'cache-control': 'max-age=600, no-store' }, 60],
    [{ 'cache-control': 'no-cache' }, 60],
    [{ 'cache-control': 'max-age=soon' }, 300],
    [{ expires: 'Sun, 22 Nov 2026 12:10:00 GMT' }, 600],
    [{ expires: 'Sun, 22 Nov 2026 12:10:00 GMT', date: 'Sun, 22 Nov 2026 12:05:00 GMT' }, 300],
    [{ expires: 'Sun, 22 Nov 2020 12:00:00 GMT' }, 60],
    [{ expires: '0' }, 60],
    [{ 'cache-control': 'max-age=600', expires: '0' }, 600],
  ])('%j: %d s', (headers, seconds) => {
    expect(freshSecondsOf(new Headers(headers), NOW)).toBe(seconds);
  });
});
