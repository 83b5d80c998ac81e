export { IdentityProvider } from './identity-provider.entity.js';
export { IDENTITY_PROVIDERS_PROBLEMS } from './identity-providers.errors.js';
export { IdentityProviderSource } from './identity-provider-source.js';
export { IdentityProvidersModule } from './identity-providers.module.js';
export { type ProviderOffer, ProviderOffers } from './provider-offers.js';
export { placesOf } from './join-rules.policy.js';
