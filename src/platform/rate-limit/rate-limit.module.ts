import { Global, Module } from '@nestjs/common';
import { MemoryRateLimiter } from './memory-rate-limiter.js';
import { RateLimiter } from './rate-limiter.js';

@Global()
@Module({ providers: [{ provide: RateLimiter, useClass: MemoryRateLimiter }], exports: [RateLimiter] })
export class RateLimitModule {}
