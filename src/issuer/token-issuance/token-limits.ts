import { Injectable } from '@nestjs/common';
import { OAuthError, type AuthenticatedClient } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { RateLimiter, rateLimitHeaders, type RateLimitPolicy } from '../../platform/rate-limit/index.js';

/** So many token requests per minute: by source before anything is known, by client once it is proven. */
@Injectable()
export class TokenLimits {
  private readonly perSource: RateLimitPolicy;
  private readonly perClient: RateLimitPolicy;

  constructor(
    private readonly limiter: RateLimiter,
    { settings }: Configuration,
  ) {
    this.perSource = { name: 'token-source', limit: settings.RATE_LIMIT_TOKEN_PER_SOURCE, windowSeconds: 60 };
    this.perClient = { name: 'token-client', limit: settings.RATE_LIMIT_TOKEN_PER_CLIENT, windowSeconds: 60 };
  }

  async countSource(address: string): Promise<void> {
    // No headers on success: who has not authenticated learns nothing of the limits.
    await this.count(this.perSource, address, 'Too many token requests from this address.');
  }

  /**
   * Whoever names a public client is taken for it, so its count is one per address: strangers must not use it up.
   * @returns the headers that tell the client where it stands.
   */
  countClient({ client, proof }: AuthenticatedClient, address: string): Promise<Record<string, string>> {
    const key = proof.via === 'none' ? `${client.id} ${address}` : client.id;
    return this.count(this.perClient, key, 'Too many token requests of this client. Keep a token until it is nearly expired.');
  }

  private async count(policy: RateLimitPolicy, key: string, message: string): Promise<Record<string, string>> {
    const state = await this.limiter.consume(policy, key);
    const headers = rateLimitHeaders(state);
    if (!state.allowed) throw new OAuthError('rate_limited', message, { detail: policy.name, headers });
    return headers;
  }
}
