import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { RateLimiter, rateLimitHeaders, type RateLimitPolicy } from '../../platform/rate-limit/index.js';
import { sourceNetwork } from '../sessions/index.js';

const TOO_MANY = 'Too many authorization requests from this address.';

/** So many authorization requests per minute and source network: each may leave a row that waits for a person. */
@Injectable()
export class AuthorizationLimits {
  private readonly perSource: RateLimitPolicy;

  constructor(
    private readonly limiter: RateLimiter,
    { settings }: Configuration,
  ) {
    this.perSource = { name: 'authorization-source', limit: settings.RATE_LIMIT_AUTHORIZATION_PER_SOURCE, windowSeconds: 60 };
  }

  /** @throws OAuthError `rate_limited` */
  async count(address: string): Promise<void> {
    const state = await this.limiter.consume(this.perSource, sourceNetwork(address));
    if (!state.allowed) throw new OAuthError('rate_limited', TOO_MANY, { detail: this.perSource.name, headers: rateLimitHeaders(state) });
  }

  /** As `count`, for a page of ours. @throws Problem `rate_limited` */
  async countOnPage(address: string): Promise<void> {
    const state = await this.limiter.consume(this.perSource, sourceNetwork(address));
    if (!state.allowed) throw httpProblem('rate_limited', TOO_MANY, { reason: this.perSource.name, headers: rateLimitHeaders(state) });
  }
}
