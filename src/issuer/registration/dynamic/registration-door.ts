import { Injectable } from '@nestjs/common';
import { isSecret, OAuthError } from '@countersign/oauth';
import { isDenied } from '../../../directory/third-party-apps/index.js';
import { RefusalCounter } from '../../../platform/audit/index.js';
import { Configuration } from '../../../platform/config/index.js';
import { SecretDigests } from '../../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../../platform/database/index.js';
import { httpProblem } from '../../../platform/http/index.js';
import { RateLimiter, rateLimitHeaders, type RateLimitPolicy } from '../../../platform/rate-limit/index.js';
import { sourceNetwork, sourceSite } from '../../sessions/index.js';
import type { ClientMetadata } from './client-metadata.policy.js';
import { wrong } from './metadata-members.js';
import { RegistrationTokensRepository } from './registration-tokens.repository.js';
import { bearerOf, tokenRefused } from './bearer.js';

/** So many times what one IPv6 /64 may, all of its /48 together may; as at the sign-in. */
const SITE_FACTOR = 4;

/** An initial access token that is good now, and may be used up by somebody else until it is spent. */
export interface InitialToken {
  readonly digests: readonly Buffer[];
}

/** Who may register: nobody, whoever has an initial access token, or anybody so many times an hour. */
@Injectable()
export class RegistrationDoor {
  private readonly perSource: RateLimitPolicy;
  private readonly failures: RateLimitPolicy;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly tokens: RegistrationTokensRepository,
    private readonly digests: SecretDigests,
    private readonly limiter: RateLimiter,
    private readonly refusals: RefusalCounter,
    private readonly configuration: Configuration,
  ) {
    const { settings } = configuration;
    this.perSource = { name: 'registrations', limit: settings.RATE_LIMIT_REGISTRATIONS_PER_SOURCE, windowSeconds: 3_600 };
    this.failures = { name: 'authentication-failures', limit: settings.RATE_LIMIT_FAILURES_PER_SOURCE, windowSeconds: 60 };
  }

  /** Where it is off there is nothing here, neither to register at nor to manage. @throws Problem `not_found` */
  requireOpen(): void {
    if (this.configuration.settings.DYNAMIC_REGISTRATION === 'off') throw httpProblem('not_found', 'There is nothing at this address.');
  }

  /** SSRF-6: what the operator does not want is not asked for keys either. @throws OAuthError `invalid_client_metadata` */
  requireAllowedHost({ authentication: { jwksUri } }: ClientMetadata): void {
    if (jwksUri !== null && isDenied(new URL(jwksUri).hostname, this.configuration.settings.CLIENT_ID_METADATA_HOSTS))
      throw wrong('jwks_uri', 'is at a host that is refused here');
  }

  /** Before the metadata is looked at. @returns undefined where nobody needs a token. @throws OAuthError `invalid_token` */
  async admit(authorization: string | undefined): Promise<InitialToken | undefined> {
    if (this.configuration.settings.DYNAMIC_REGISTRATION !== 'token') return undefined;
    const text = bearerOf(authorization);
    if (text === undefined) throw this.refused('no_initial_token');
    const digests = isSecret(text, 'csn_init') ? this.digests.everyDigest(text) : [];
    if (digests.length === 0 || !(await this.transactions.ask((tx) => this.tokens.isUsable(tx, digests))))
      throw this.refused('wrong_initial_token');
    return { digests };
  }

  /** One use of it; two that race for the last one do not both get it. @returns its id. @throws OAuthError `invalid_token` */
  async spend(tx: Transaction, token: InitialToken): Promise<string> {
    const id = await this.tokens.spend(tx, token.digests);
    if (id === undefined) throw this.refused('wrong_initial_token');
    return id;
  }

  /** Of who needs no token. @throws OAuthError `rate_limited` */
  async count(address: string): Promise<void> {
    await this.countAt(this.perSource, sourceNetwork(address));
    const site = sourceSite(address);
    if (site !== undefined)
      await this.countAt({ name: 'registrations-site', limit: this.perSource.limit * SITE_FACTOR, windowSeconds: 3_600 }, site);
  }

  /** Counts wrong tokens, whose senders are told to stop after so many; a right one is no guess, and always gets in. */
  async counted<T>(address: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof OAuthError) this.refusals.count('registration.refused', address, error.detail ?? error.code);
      if (error instanceof OAuthError && error.kind === 'invalid_token') await this.countAt(this.failures, address);
      throw error;
    }
  }

  refused(detail: string): OAuthError {
    return tokenRefused(this.configuration.settings.PUBLIC_URL, detail);
  }

  private async countAt(policy: RateLimitPolicy, key: string): Promise<void> {
    const state = await this.limiter.consume(policy, key);
    if (!state.allowed)
      throw new OAuthError('rate_limited', 'Too many registrations from this address. Try again later.', {
        detail: policy.name,
        headers: rateLimitHeaders(state),
      });
  }
}
