import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RateLimiter, type RateLimitPolicy, type RateLimitState } from './rate-limiter.js';

/** Keys per limit: addresses and accounts are of the callers' choice, and must not fill the memory. About 10 MB for each limit that is full. */
const MAX_KEYS = 50_000;

interface Counter {
  count: number;
  readonly endsAt: number;
}

/** Counters of this process. Beyond so many keys the one that was quiet longest is forgotten. */
@Injectable()
export class MemoryRateLimiter extends RateLimiter {
  private readonly counters = new Map<string, LRUCache<string, Counter>>();

  async consume(policy: RateLimitPolicy, key: string): Promise<RateLimitState> {
    const now = performance.now();
    const counters = this.countersOf(policy);
    let counter = counters.get(key);
    if (!counter || counter.endsAt <= now) {
      counter = { count: 0, endsAt: now + policy.windowSeconds * 1000 };
      counters.set(key, counter);
    }
    counter.count++;
    return {
      policy,
      allowed: counter.count <= policy.limit,
      remaining: Math.max(0, policy.limit - counter.count),
      resetSeconds: Math.max(1, Math.ceil((counter.endsAt - now) / 1000)),
    };
  }

  async giveBack(policy: RateLimitPolicy, key: string): Promise<void> {
    const counter = this.countersOf(policy).get(key);
    if (counter && counter.count > 0) counter.count--;
  }

  private countersOf({ name }: RateLimitPolicy): LRUCache<string, Counter> {
    let counters = this.counters.get(name);
    if (!counters) {
      counters = new LRUCache({ max: MAX_KEYS });
      this.counters.set(name, counters);
    }
    return counters;
  }
}
