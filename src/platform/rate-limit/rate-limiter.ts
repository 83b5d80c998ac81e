/** A limit by name: so many requests in a window, per key. */
export interface RateLimitPolicy {
  /** As it appears in the RateLimit headers. */
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

export interface RateLimitState {
  readonly policy: RateLimitPolicy;
  readonly allowed: boolean;
  readonly remaining: number;
  /** Until the window starts anew. */
  readonly resetSeconds: number;
}

/** Counters of requests; in memory here, shared where replicas share a store. */
export abstract class RateLimiter {
  /** Counts one request. */
  abstract consume(policy: RateLimitPolicy, key: string): Promise<RateLimitState>;

  /** Takes one back that was counted: it has turned out to be none of those that are limited. */
  abstract giveBack(policy: RateLimitPolicy, key: string): Promise<void>;
}
