import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { GuardedRequest } from '@countersign/guards';
import { Configuration } from '../config/index.js';
import { httpProblem } from '../http/index.js';
import { RateLimiter, type RateLimitPolicy } from './rate-limiter.js';
import { rateLimitHeaders } from './rate-limit-headers.js';

/** After the access token has been verified: so many requests per minute and client. */
@Injectable()
export class CallerRateLimitGuard implements CanActivate {
  private readonly policy: RateLimitPolicy;

  constructor(
    private readonly limiter: RateLimiter,
    { settings }: Configuration,
  ) {
    this.policy = { name: 'api-client', limit: settings.RATE_LIMIT_API_PER_CLIENT, windowSeconds: 60 };
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const caller = http.getRequest<GuardedRequest>().user;
    if (!caller) return true;
    const state = await this.limiter.consume(this.policy, caller.clientId);
    const headers = rateLimitHeaders(state);
    if (!state.allowed)
      throw httpProblem(
        'rate_limited',
        `The client has used its ${this.policy.limit} requests of this minute. Try again in ${state.resetSeconds} s.`,
        { headers },
      );
    void http.getResponse<FastifyReply>().headers(headers);
    return true;
  }
}
