import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Configuration } from '../../platform/config/index.js';
import { sha256 } from '../../platform/crypto/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { RateLimiter, type RateLimitPolicy } from '../../platform/rate-limit/index.js';
import { KnownBrowsers } from './known-browsers.js';
import { sourceNetwork } from './source-network.policy.js';

/**
 * So many tries: of a source, of an account from one source, and of an account from all browsers together that it does not know. A
 * browser that has signed in before has tries of its own, so strangers can lock nobody out of it. Tries are counted before the password
 * is looked at, so that many at once are not more; and alike for accounts that do not exist.
 */
@Injectable()
export class SignInLimits {
  private readonly perSource: RateLimitPolicy;
  private readonly perAccountAndSource: RateLimitPolicy;
  private readonly perKnownBrowser: RateLimitPolicy;
  private readonly perAccountOfStrangers: RateLimitPolicy;

  constructor(
    private readonly limiter: RateLimiter,
    private readonly browsers: KnownBrowsers,
    { settings }: Configuration,
  ) {
    const perAccount = { limit: settings.RATE_LIMIT_SIGN_IN_PER_ACCOUNT, windowSeconds: 600 };
    this.perSource = { name: 'sign-in-source', limit: settings.RATE_LIMIT_SIGN_IN_PER_SOURCE, windowSeconds: 60 };
    this.perAccountAndSource = { name: 'sign-in-account', ...perAccount };
    this.perKnownBrowser = { name: 'sign-in-known', ...perAccount };
    this.perAccountOfStrangers = {
      name: 'sign-in-strangers',
      limit: settings.RATE_LIMIT_SIGN_IN_STRANGERS_PER_ACCOUNT,
      windowSeconds: 3_600,
    };
  }

  /** @throws Problem `rate_limited` */
  async countSource(request: FastifyRequest): Promise<void> {
    await this.count(this.perSource, sourceNetwork(request.ip));
  }

  /**
   * @param email as `readEmail` gives it, or whatever was sent
   * @throws Problem `rate_limited`
   */
  async countAccount(request: FastifyRequest, email: string): Promise<void> {
    const account = sha256(email).toString('base64url');
    const browser = this.browsers.find(request, email);
    if (browser !== undefined) return this.count(this.perKnownBrowser, `${account} ${browser}`);
    // In this order: what one source tries in vain beyond its own limit takes nothing from the others.
    await this.count(this.perAccountAndSource, `${account} ${sourceNetwork(request.ip)}`);
    await this.count(this.perAccountOfStrangers, account);
  }

  private async count(policy: RateLimitPolicy, key: string): Promise<void> {
    const { allowed, resetSeconds } = await this.limiter.consume(policy, key);
    if (!allowed)
      throw httpProblem('rate_limited', 'There were too many tries to sign in. Try again later.', {
        reason: policy.name,
        headers: { 'retry-after': String(resetSeconds) },
      });
  }
}
