import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Configuration } from '../../platform/config/index.js';
import { sha256, type Asker } from '../../platform/crypto/index.js';
import { httpProblem, Problem } from '../../platform/http/index.js';
import { RateLimiter, type RateLimitPolicy } from '../../platform/rate-limit/index.js';
import { KnownBrowsers } from './known-browsers.js';
import { SESSIONS_PROBLEMS } from './sessions.errors.js';
import { sourceNetwork, sourceSite } from './source-network.policy.js';

/** So many times what one /64 may, all of a /48 together may. */
const SITE_FACTOR = 4;

/**
 * So many tries: of a source, of an account from one source, and of an account from all browsers together that it does not know. A
 * browser that has signed in before has tries of its own, so strangers can lock nobody out of it, not even from the same address. Tries
 * are counted before the password is looked at, so that many at once are not more; and alike for accounts that do not exist.
 */
@Injectable()
export class SignInLimits {
  private readonly visits: RateLimitPolicy;
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
    this.visits = { name: 'sign-in-visits', limit: settings.RATE_LIMIT_SIGN_IN_VISITS_PER_SOURCE, windowSeconds: 60 };
    this.perSource = { name: 'sign-in-source', limit: settings.RATE_LIMIT_SIGN_IN_PER_SOURCE, windowSeconds: 60 };
    this.perAccountAndSource = { name: 'sign-in-account', ...perAccount };
    this.perKnownBrowser = { name: 'sign-in-known', ...perAccount };
    this.perAccountOfStrangers = {
      name: 'sign-in-strangers',
      limit: settings.RATE_LIMIT_SIGN_IN_STRANGERS_PER_ACCOUNT,
      windowSeconds: 3_600,
    };
  }

  /**
   * Of what is opened on the way to a sign-in and costs something, without a password. Any site can make a browser open addresses as
   * images or frames, from the address of its victims: that is refused, and not counted.
   * @throws Problem `embedded_request`, `rate_limited`
   */
  async countVisit(request: FastifyRequest): Promise<void> {
    const destination = request.headers['sec-fetch-dest'];
    // Forms have a token that no other site has.
    if (request.method !== 'POST' && destination !== undefined && destination !== 'document')
      throw new Problem(SESSIONS_PROBLEMS, 'embedded_request', 'Open this address in a window of its own.');
    await this.countNetworks(this.visits, request);
  }

  /**
   * Of a password.
   * @param email as `readEmail` gives it, or whatever was sent
   * @returns whether the account knows the browser
   * @throws Problem `rate_limited`
   */
  async countTry(request: FastifyRequest, email: string): Promise<Asker> {
    const account = sha256(email).toString('base64url');
    const browser = this.browsers.find(request, email);
    if (browser !== undefined) {
      await this.count(this.perKnownBrowser, `${account} ${browser}`);
      return 'known';
    }
    await this.countNetworks(this.perSource, request);
    // In this order: what one source tries in vain beyond its own limit takes nothing from the others.
    await this.countNetworks(this.perAccountAndSource, request, account);
    await this.count(this.perAccountOfStrangers, account);
    return 'stranger';
  }

  private async countNetworks(policy: RateLimitPolicy, { ip }: FastifyRequest, account = ''): Promise<void> {
    await this.count(policy, `${account} ${sourceNetwork(ip)}`);
    const site = sourceSite(ip);
    if (site === undefined) return;
    await this.count({ ...policy, name: `${policy.name}-site`, limit: policy.limit * SITE_FACTOR }, `${account} ${site}`);
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
