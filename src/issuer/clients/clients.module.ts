import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../../directory/api-keys/index.js';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { MicroserviceIdentitiesModule } from '../../directory/microservice-identities/index.js';
import { ServicePrincipalsModule } from '../../directory/service-principals/index.js';
import { ThirdPartyAppsModule } from '../../directory/third-party-apps/index.js';
import { RegistrationModule } from '../registration/index.js';
import { Clients } from './clients.service.js';

@Module({
  imports: [
    ApiKeysModule,
    ApiResourcesModule,
    MicroserviceIdentitiesModule,
    RegistrationModule,
    ServicePrincipalsModule,
    ThirdPartyAppsModule,
  ],
  providers: [Clients],
  exports: [Clients],
})
export class ClientsModule {}
