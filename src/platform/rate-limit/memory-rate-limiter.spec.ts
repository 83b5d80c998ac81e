import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryRateLimiter } from './memory-rate-limiter.js';

const policy = { name: 'tries', limit: 2, windowSeconds: 60 };

describe('MemoryRateLimiter', () => {
  afterEach(() => vi.useRealTimers());

  it('allows so many per key and window, and says when the window starts anew', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const limiter = new MemoryRateLimiter();
    const consume = () => limiter.consume(policy, 'a');
    expect(await consume()).toEqual({ policy, allowed: true, remaining: 1, resetSeconds: 60 });
    vi.advanceTimersByTime(20_500);
    expect(await consume()).toMatchObject({ allowed: true, remaining: 0, resetSeconds: 40 });
    expect(await consume()).toMatchObject({ allowed: false, remaining: 0 });
    expect(await limiter.consume(policy, 'b')).toMatchObject({ allowed: true });
    expect(await limiter.consume({ ...policy, name: 'others' }, 'a')).toMatchObject({ allowed: true });
    vi.advanceTimersByTime(39_500);
    expect(await consume()).toMatchObject({ allowed: true, remaining: 1 });
  });

  // Seen to fail with counters in a plain Map.
  it('holds so many keys and no more, however many come, and keeps those that go on', async () => {
    const limiter = new MemoryRateLimiter();
    for (let i = 0; i < 120_000; i++) {
      await limiter.consume(policy, `key ${i}`);
      if (i % 10_000 === 0) await limiter.consume(policy, 'busy');
    }
    expect(await limiter.consume(policy, 'busy')).toMatchObject({ allowed: false });
    expect(await limiter.consume(policy, 'key 0')).toMatchObject({ allowed: true, remaining: 1 });
  });
});
