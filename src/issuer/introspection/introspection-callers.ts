import { Injectable } from '@nestjs/common';
import { OAuthError, type Client, type OAuthRequest } from '@countersign/oauth';
import { ApiCatalogue, type CatalogueApi } from '../../directory/api-resources/index.js';
import { Configuration } from '../../platform/config/index.js';
import { isId } from '../../platform/crypto/index.js';
import { RateLimiter, rateLimitHeaders, type RateLimitPolicy } from '../../platform/rate-limit/index.js';
import { authenticationFailed, ClientAuthenticator, SingleUseProofs } from '../client-auth/index.js';
import type { IntrospectionCaller } from './introspection-answer.js';

/** Who may ask, and how often. */
@Injectable()
export class IntrospectionCallers {
  private readonly policy: RateLimitPolicy;

  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly proofs: SingleUseProofs,
    private readonly catalogue: ApiCatalogue,
    private readonly limiter: RateLimiter,
    { settings }: Configuration,
  ) {
    this.policy = { name: 'introspection', limit: settings.RATE_LIMIT_INTROSPECTION_PER_CALLER, windowSeconds: 60 };
  }

  /** @throws OAuthError `invalid_client` for strangers and for public clients, `rate_limited` */
  async admit(request: OAuthRequest, setHeaders: (headers: Record<string, string>) => void): Promise<IntrospectionCaller> {
    const caller = await this.clients.authenticate(request);
    const { client, proof } = caller;
    // RFC 7662 §2.1, §4: who only says who it is could be anybody, and would try tokens.
    if (proof.via === 'none') throw authenticationFailed('public_client');
    setHeaders(await this.count(client));
    await this.proofs.claim(caller);
    return { client, api: this.apiOf(client), sourceAddress: request.sourceAddress };
  }

  private async count({ id }: Client): Promise<Record<string, string>> {
    const state = await this.limiter.consume(this.policy, id);
    const headers = rateLimitHeaders(state);
    if (!state.allowed)
      throw new OAuthError('rate_limited', 'Too many introspection requests of this caller.', { detail: this.policy.name, headers });
    return headers;
  }

  /** An API by its own credential; in the internal zone also by that of the service it is named after, as at the revocation feed. */
  private apiOf({ id, zone, subject }: Client): CatalogueApi | undefined {
    if (isId(id, 'api')) return this.catalogue.byId(id) ?? notKnownYet();
    const api = zone === 'internal' && subject !== undefined ? this.catalogue.find(subject) : undefined;
    return api?.zone === 'internal' ? api : undefined;
  }
}

/** Registered a moment ago on another replica: this one has not heard of it yet. */
function notKnownYet(): never {
  throw new OAuthError('temporarily_unavailable', 'The API is not known here yet. Try again shortly.', {
    detail: 'api_not_known_yet',
    headers: { 'retry-after': '2' },
  });
}
