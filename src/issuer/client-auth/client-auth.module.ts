import { Module } from '@nestjs/common';
import { Registry, type ClientAuthMethod } from '@countersign/oauth';
import { ApiKeysModule } from '../../directory/api-keys/index.js';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { CredentialsModule } from '../../directory/credentials/index.js';
import { MicroserviceIdentitiesModule } from '../../directory/microservice-identities/index.js';
import { CertificatesModule } from '../certificates/index.js';
import { ClientsModule } from '../clients/index.js';
import { FederationModule } from '../federation/index.js';
import { ApiClients } from './api-client.js';
import { CertifiedServices } from './certified-services.js';
import { ServiceCertificates } from './certificates/service-certificates.js';
import { TenantCertificates } from './certificates/tenant-certificates.js';
import { CLIENT_AUTH_REGISTRY, ClientAuthenticator } from './client-authenticator.js';
import { ClientKeys } from './client-keys.js';
import { CLIENT_AUTH_METHODS } from './methods/index.js';
import { SingleUseProofs } from './single-use-proofs.js';

@Module({
  imports: [
    ApiKeysModule,
    ApiResourcesModule,
    CertificatesModule,
    ClientsModule,
    CredentialsModule,
    FederationModule,
    MicroserviceIdentitiesModule,
  ],
  providers: [
    ...CLIENT_AUTH_METHODS,
    ClientKeys,
    ServiceCertificates,
    TenantCertificates,
    ClientAuthenticator,
    ApiClients,
    CertifiedServices,
    SingleUseProofs,
    {
      provide: CLIENT_AUTH_REGISTRY,
      inject: CLIENT_AUTH_METHODS,
      useFactory: (...methods: ClientAuthMethod[]) => new Registry('client authentication method', methods),
    },
  ],
  exports: [ApiClients, ClientAuthenticator, CLIENT_AUTH_REGISTRY, SingleUseProofs],
})
export class ClientAuthModule {}
