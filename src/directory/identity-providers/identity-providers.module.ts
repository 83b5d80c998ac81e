import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { AdministrationModule } from '../administration/index.js';
import { OrgsModule } from '../orgs/index.js';
import { IdentityProviderSource } from './identity-provider-source.js';
import { IdentityProvidersController } from './identity-providers.controller.js';
import { IdentityProvidersRepository } from './identity-providers.repository.js';
import { IdentityProviders } from './identity-providers.service.js';
import { PlatformIdentityProvidersController } from './platform-identity-providers.controller.js';
import { ProviderOffers } from './provider-offers.js';
import { ProviderOffersRepository } from './provider-offers.repository.js';
import { ProviderTerms } from './provider-terms.js';
import { ProviderTransactions } from './provider-transactions.js';

@Module({
  imports: [AdministrationModule, IdempotencyModule, OrgsModule],
  controllers: [IdentityProvidersController, PlatformIdentityProvidersController],
  providers: [
    IdentityProviders,
    IdentityProviderSource,
    IdentityProvidersRepository,
    ProviderOffers,
    ProviderOffersRepository,
    ProviderTerms,
    ProviderTransactions,
  ],
  exports: [IdentityProviderSource, ProviderOffers],
})
export class IdentityProvidersModule {}
