import { Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { RateLimiter, type RateLimitPolicy } from '../../platform/rate-limit/index.js';
import { AuthorizationLimits } from '../authorization/index.js';
import { sourceNetwork } from '../sessions/index.js';

const WINDOW_SECONDS = 600;

/** Who tries a user code, and from where. */
export interface CodeTry {
  readonly userId: string;
  readonly ip: string;
}

/**
 * DEV-4: so many wrong user codes of a person, in all their sessions, and of all people of one network. Nobody can be locked out by who is
 * not signed in, because nobody tries without that. Tries count before the code is looked at, so that many at once are not more.
 */
@Injectable()
export class UserCodeLimits {
  private readonly perPerson: RateLimitPolicy;
  private readonly perNetwork: RateLimitPolicy;

  constructor(
    private readonly requests: AuthorizationLimits,
    private readonly limiter: RateLimiter,
    { settings }: Configuration,
  ) {
    this.perPerson = { name: 'user-codes-person', limit: settings.RATE_LIMIT_USER_CODES_PER_PERSON, windowSeconds: WINDOW_SECONDS };
    this.perNetwork = { name: 'user-codes-source', limit: settings.RATE_LIMIT_USER_CODES_PER_SOURCE, windowSeconds: WINDOW_SECONDS };
  }

  /** @throws Problem `rate_limited` */
  async count({ userId, ip }: CodeTry): Promise<void> {
    // A right code is no guess, but each time it leaves a row that waits for a person: it counts there, and is not given back.
    await this.requests.countOnPage(ip);
    // In this order: what one person tries in vain beyond their own limit takes nothing from the others.
    await this.consume(this.perPerson, userId);
    await this.consume(this.perNetwork, sourceNetwork(ip));
  }

  /** It was a right one, which is no guess. */
  async forget({ userId, ip }: CodeTry): Promise<void> {
    await this.limiter.giveBack(this.perPerson, userId);
    await this.limiter.giveBack(this.perNetwork, sourceNetwork(ip));
  }

  private async consume(policy: RateLimitPolicy, key: string): Promise<void> {
    const { allowed, resetSeconds } = await this.limiter.consume(policy, key);
    if (!allowed)
      throw httpProblem('rate_limited', 'There were too many wrong codes. Try again later.', {
        reason: policy.name,
        headers: { 'retry-after': String(resetSeconds) },
      });
  }
}
