import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { AdministrationModule } from '../administration/index.js';
import { CredentialsModule } from '../credentials/index.js';
import { ApiCatalogue } from './api-catalogue.js';
import { ApiCredentialSource } from './api-credential-source.js';
import { ApiCredentialsController } from './api-credentials.controller.js';
import { ApiCredentials } from './api-credentials.service.js';
import { ApiResourcesController } from './api-resources.controller.js';
import { ApiResourcesRepository } from './api-resources.repository.js';
import { ApiResources } from './api-resources.service.js';
import { ApiSeeding } from './api-seeding.js';

@Module({
  imports: [AdministrationModule, CredentialsModule, IdempotencyModule],
  controllers: [ApiResourcesController, ApiCredentialsController],
  providers: [ApiResourcesRepository, ApiResources, ApiCredentials, ApiSeeding, ApiCatalogue, ApiCredentialSource],
  exports: [ApiCatalogue, ApiCredentialSource],
})
export class ApiResourcesModule {}
