import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimiter, type RateLimitPolicy, type RateLimitState } from './rate-limiter.js';

/** Counters of this process. */
@Injectable()
export class MemoryRateLimiter extends RateLimiter {
  private readonly limiters = new Map<string, RateLimiterMemory>();

  async consume(policy: RateLimitPolicy, key: string): Promise<RateLimitState> {
    try {
      return state(policy, await this.limiterOf(policy).consume(key));
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return state(policy, refusal);
      throw refusal;
    }
  }

  private limiterOf(policy: RateLimitPolicy): RateLimiterMemory {
    let limiter = this.limiters.get(policy.name);
    if (!limiter) {
      limiter = new RateLimiterMemory({ keyPrefix: policy.name, points: policy.limit, duration: policy.windowSeconds });
      this.limiters.set(policy.name, limiter);
    }
    return limiter;
  }
}

function state(policy: RateLimitPolicy, result: RateLimiterRes): RateLimitState {
  return {
    policy,
    allowed: result.consumedPoints <= policy.limit,
    remaining: Math.max(0, policy.limit - result.consumedPoints),
    resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
  };
}
