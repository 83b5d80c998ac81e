import { Module } from '@nestjs/common';
import { ApiResourcesModule } from '../directory/api-resources/index.js';
import { CertificatesModule } from '../issuer/certificates/index.js';
import { ServicePrincipalsModule } from '../directory/service-principals/index.js';
import { UsersModule } from '../directory/users/index.js';
import { SaasalyticsModule } from '../saasalytics/index.js';
import { Bootstrap } from './bootstrap.service.js';
import { ConfiguredOperator } from './configured-operator.js';
import { DemoAgents } from './demo-agents.js';
import { DemoApiKeys } from './demo-api-keys.js';
import { DemoApps } from './demo-apps.js';
import { DemoLoader } from './demo-loader.js';
import { DemoServices } from './demo-services.js';
import { DemoUsers } from './demo-users.js';

@Module({
  imports: [ApiResourcesModule, CertificatesModule, ServicePrincipalsModule, SaasalyticsModule, UsersModule],
  providers: [Bootstrap, ConfiguredOperator, DemoAgents, DemoApiKeys, DemoApps, DemoLoader, DemoServices, DemoUsers],
  exports: [Bootstrap],
})
export class BootstrapModule {}
