import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { AdministrationModule } from '../administration/index.js';
import { MicroserviceIdentitiesModule } from '../microservice-identities/index.js';
import { OrgsModule } from '../orgs/index.js';
import { ServicePrincipalsModule } from '../service-principals/index.js';
import { PlatformTrustedIssuersController } from './platform-trusted-issuers.controller.js';
import { TrustRecords } from './trust-records.js';
import { TrustTerms } from './trust-terms.js';
import { TrustTransactions } from './trust-transactions.js';
import { TrustedIssuerSource } from './trusted-issuer-source.js';
import { TrustedIssuersController } from './trusted-issuers.controller.js';
import { TrustedIssuersRepository } from './trusted-issuers.repository.js';
import { TrustedIssuers } from './trusted-issuers.service.js';
import { TrustedPrincipals } from './trusted-principals.js';

@Module({
  imports: [AdministrationModule, IdempotencyModule, MicroserviceIdentitiesModule, OrgsModule, ServicePrincipalsModule],
  controllers: [TrustedIssuersController, PlatformTrustedIssuersController],
  providers: [
    TrustedIssuersRepository,
    TrustTransactions,
    TrustTerms,
    TrustedPrincipals,
    TrustRecords,
    TrustedIssuers,
    TrustedIssuerSource,
  ],
  exports: [TrustedIssuerSource],
})
export class TrustedIssuersModule {}
