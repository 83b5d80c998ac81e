import { Injectable } from '@nestjs/common';
import { IdentityProviderSource, placesOf, type IdentityProvider } from '../../directory/identity-providers/index.js';
import { FederatedAccounts, People } from '../../directory/users/index.js';
import { originOf } from '../../platform/http/index.js';
import { Sessions, type Exchange } from '../sessions/index.js';
import { identityOf, type ForeignClaims, type SignInFacts } from './foreign-claims.policy.js';
import { ProviderRefusals } from './provider-refusals.js';

/** Lets somebody in whom another provider has vouched for: finds or makes the person, and begins the session. */
@Injectable()
export class ProviderEntry {
  constructor(
    private readonly accounts: FederatedAccounts,
    private readonly people: People,
    private readonly sessions: Sessions,
    private readonly providers: IdentityProviderSource,
    private readonly refusals: ProviderRefusals,
  ) {}

  /** @throws Problem `not_a_member`, `provider_sign_in_failed` */
  async letIn({ request, reply }: Exchange, provider: IdentityProvider, claims: ForeignClaims, facts: SignInFacts): Promise<void> {
    const identity = identityOf(claims, provider.issuer);
    if (!identity) throw this.refusals.failed(request, provider, 'another_issuer');
    const given = { providerId: provider.id, places: placesOf(provider.rules, claims) };
    const userId = await this.accounts.enter(identity, given, originOf(request));
    if (userId === undefined) throw this.refusals.notAMember(request);
    const begun = await this.sessions.begin(request, reply, {
      userId,
      ...facts,
      providerId: provider.id,
      stillHolds: async (tx) => (await this.people.holdActive(tx, userId)) && this.providers.hold(tx, provider),
    });
    if (!begun) throw this.refusals.failed(request, provider, 'user_or_provider_changed');
  }
}
