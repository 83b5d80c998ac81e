import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { AdministrationModule } from '../administration/index.js';
import { CredentialsModule } from '../credentials/index.js';
import { MicroserviceClientsRepository } from './microservice-clients.repository.js';
import { MicroserviceLookup } from './microservice-lookup.js';
import { MicroserviceSource } from './microservice-source.js';
import { MicroservicesController } from './microservices.controller.js';
import { MicroservicesRepository } from './microservices.repository.js';
import { Microservices } from './microservices.service.js';

@Module({
  imports: [AdministrationModule, CredentialsModule, IdempotencyModule],
  controllers: [MicroservicesController],
  providers: [MicroservicesRepository, MicroserviceClientsRepository, Microservices, MicroserviceLookup, MicroserviceSource],
  exports: [MicroserviceLookup, MicroserviceSource],
})
export class MicroserviceIdentitiesModule {}
