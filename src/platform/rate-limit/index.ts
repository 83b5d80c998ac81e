export { CallerRateLimitModule } from './caller-rate-limit.module.js';
export { RateLimiter, type RateLimitPolicy, type RateLimitState } from './rate-limiter.js';
export { rateLimitHeaders } from './rate-limit-headers.js';
export { RateLimitModule } from './rate-limit.module.js';
