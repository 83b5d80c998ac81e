import { Injectable } from '@nestjs/common';
import { notFound } from '../../directory/administration/index.js';
import { type IdentityProvider, IdentityProviderSource } from '../../directory/identity-providers/index.js';
import { SignInLimits, WayBack, type Exchange } from '../sessions/index.js';
import { signInFactsOf, type ForeignClaims } from './foreign-claims.policy.js';
import { PendingSignIns, type SignInSecrets, type SignInWish } from './pending-sign-ins.js';
import { ProviderEntry } from './provider-entry.js';
import { ProviderProofs } from './provider-proofs.js';
import { ProviderRefusals } from './provider-refusals.js';

/** How people sign in at another OpenID provider. */
@Injectable()
export class ProviderSignIn {
  constructor(
    private readonly providers: IdentityProviderSource,
    private readonly proofs: ProviderProofs,
    private readonly pending: PendingSignIns,
    private readonly entry: ProviderEntry,
    private readonly limits: SignInLimits,
    private readonly refusals: ProviderRefusals,
    private readonly wayBack: WayBack,
  ) {}

  /** The address at the other provider to send the browser to. @throws Problem `not_found`, `provider_unavailable`, `embedded_request`, `rate_limited` */
  async begin(exchange: Exchange, providerId: string, wish: SignInWish): Promise<URL> {
    const provider = await this.open(exchange, providerId);
    const secrets = await this.pending.begin(exchange, provider.id, wish);
    try {
      return await this.proofs.addressOf(provider, secrets, wish);
    } catch (error) {
      throw this.refusals.unavailable(provider, error);
    }
  }

  /**
   * Begins the session, and answers where to go on.
   * @param query of the request, with its question mark
   * @throws Problem `not_found`, `provider_sign_in_failed`, `not_a_member`, `embedded_request`, `rate_limited`
   */
  async finish(exchange: Exchange, providerId: string, query: string): Promise<string> {
    const { request } = exchange;
    const provider = await this.open(exchange, providerId);
    const begun = await this.pending.finish(exchange, provider.id, new URLSearchParams(query).get('state') ?? '');
    if (!begun) throw this.refusals.failed(request, provider, 'not_begun_here');
    this.wayBack.note(request, begun.return_to);
    const claims = await this.prove(exchange, provider, begun, query);
    const after = begun.max_age === null ? undefined : new Date(begun.begun_at.getTime() - begun.max_age * 1_000);
    const facts = signInFactsOf(claims, new Date(), after);
    if (!facts) throw this.refusals.failed(request, provider, 'not_asked_again');
    await this.entry.letIn(exchange, provider, claims, facts);
    return begun.return_to;
  }

  /** Everything costs a fetch of an address that a tenant named, so tries are counted first (SSRF-6). */
  private async open({ request }: Exchange, providerId: string): Promise<IdentityProvider> {
    await this.limits.countVisit(request);
    const provider = await this.providers.find(providerId);
    if (!provider) throw notFound();
    return provider;
  }

  private async prove({ request }: Exchange, provider: IdentityProvider, secrets: SignInSecrets, query: string): Promise<ForeignClaims> {
    try {
      return await this.proofs.claimsOf(provider, secrets, query);
    } catch (error) {
      throw this.refusals.failed(request, provider, 'no_proof', error);
    }
  }
}
