import type { RateLimitState } from './rate-limiter.js';

/** draft-ietf-httpapi-ratelimit-headers-11, and the X- trio (reset as Unix seconds) that clients know. */
export function rateLimitHeaders({ policy, allowed, remaining, resetSeconds }: RateLimitState): Record<string, string> {
  const headers: Record<string, string> = {
    'ratelimit-policy': `"${policy.name}";q=${policy.limit};w=${policy.windowSeconds}`,
    ratelimit: `"${policy.name}";r=${remaining};t=${resetSeconds}`,
    'x-ratelimit-limit': String(policy.limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + resetSeconds),
  };
  if (!allowed) headers['retry-after'] = String(resetSeconds);
  return headers;
}
