import { Module, type OnModuleInit } from '@nestjs/common';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { AdministrationModule } from '../administration/index.js';
import { ApiResourcesModule } from '../api-resources/index.js';
import { ClientSecrets, CredentialsModule } from '../credentials/index.js';
import { OrgImpact, OrgsModule } from '../orgs/index.js';
import { ClientsRepository } from './clients.repository.js';
import { CreatorRights } from './creator-rights.js';
import { OperatorSeeding } from './operator-seeding.js';
import { OperatorsRepository } from './operators.repository.js';
import { PrincipalRecords } from './principal-records.js';
import { RemovedScopesReaction } from './removed-scopes-reaction.js';
import { ServicePrincipalChanges } from './service-principal-changes.service.js';
import { ServicePrincipalSecretsController } from './service-principal-secrets.controller.js';
import { ServicePrincipalSecrets } from './service-principal-secrets.service.js';
import { ServicePrincipalSource } from './service-principal-source.js';
import { ServicePrincipalsController } from './service-principals.controller.js';
import { ServicePrincipalsRepository } from './service-principals.repository.js';
import { ServicePrincipals } from './service-principals.service.js';

@Module({
  imports: [AdministrationModule, ApiResourcesModule, CredentialsModule, IdempotencyModule, OrgsModule],
  controllers: [ServicePrincipalsController, ServicePrincipalSecretsController],
  providers: [
    ServicePrincipalsRepository,
    OperatorsRepository,
    ClientsRepository,
    ServicePrincipals,
    ServicePrincipalChanges,
    ServicePrincipalSecrets,
    PrincipalRecords,
    CreatorRights,
    ServicePrincipalSource,
    OperatorSeeding,
    RemovedScopesReaction,
  ],
  exports: [CreatorRights, ServicePrincipalSource, OperatorSeeding],
})
export class ServicePrincipalsModule implements OnModuleInit {
  constructor(
    private readonly impact: OrgImpact,
    private readonly principals: ServicePrincipalsRepository,
    private readonly secrets: ClientSecrets,
  ) {}

  onModuleInit(): void {
    this.impact.add({ name: 'service_principals', count: (tx, orgId) => this.principals.countActive(tx, orgId) });
    this.impact.add({ name: 'live_secrets', count: (tx, orgId) => this.secrets.countLive(tx, orgId) });
  }
}
