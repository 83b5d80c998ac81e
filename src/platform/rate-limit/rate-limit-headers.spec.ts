import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryRateLimiter } from './memory-rate-limiter.js';
import { rateLimitHeaders } from './rate-limit-headers.js';

const policy = { name: 'token-client', limit: 3, windowSeconds: 60 };

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-11-22T08:00:00Z') }));
afterEach(() => void vi.useRealTimers());

describe('rate limit headers', () => {
  it('draft-ietf-httpapi-ratelimit-headers: policy, what remains and when it starts anew; the X- trio with Unix seconds', () => {
    expect(rateLimitHeaders({ policy, allowed: true, remaining: 2, resetSeconds: 30 })).toEqual({
      'ratelimit-policy': '"token-client";q=3;w=60',
      ratelimit: '"token-client";r=2;t=30',
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '2',
      'x-ratelimit-reset': String(Date.parse('2026-11-22T08:00:30Z') / 1000),
    });
  });

  it('RFC 9110 §10.2.3: Retry-After only where the request is refused', () => {
    expect(rateLimitHeaders({ policy, allowed: false, remaining: 0, resetSeconds: 30 })['retry-after']).toBe('30');
    expect(rateLimitHeaders({ policy, allowed: true, remaining: 0, resetSeconds: 30 })).not.toHaveProperty('retry-after');
  });
});

describe('the limiter in memory', () => {
  it('lets exactly the limit through, and again after the window', async () => {
    const limiter = new MemoryRateLimiter();
    const states = [];
    for (let i = 0; i < 5; i++) states.push(await limiter.consume(policy, 'a'));
    expect(states.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
      [false, 0],
    ]);
    expect(states[4]?.resetSeconds).toBe(60);
    vi.advanceTimersByTime(60_001);
    expect(await limiter.consume(policy, 'a')).toMatchObject({ allowed: true, remaining: 2 });
  });

  it('counts keys and policies apart', async () => {
    const limiter = new MemoryRateLimiter();
    for (let i = 0; i < 4; i++) await limiter.consume(policy, 'a');
    expect(await limiter.consume(policy, 'b')).toMatchObject({ allowed: true, remaining: 2 });
    expect(await limiter.consume({ ...policy, name: 'other' }, 'a')).toMatchObject({ allowed: true, remaining: 2 });
  });
});
