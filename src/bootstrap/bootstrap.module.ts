import { Module } from '@nestjs/common';
import { ApiResourcesModule } from '../directory/api-resources/index.js';
import { CertificatesModule } from '../issuer/certificates/index.js';
import { ServicePrincipalsModule } from '../directory/service-principals/index.js';
import { SaasalyticsModule } from '../saasalytics/index.js';
import { Bootstrap } from './bootstrap.service.js';
import { ConfiguredOperator } from './configured-operator.js';
import { DemoLoader } from './demo-loader.js';
import { DemoServices } from './demo-services.js';

@Module({
  imports: [ApiResourcesModule, CertificatesModule, ServicePrincipalsModule, SaasalyticsModule],
  providers: [Bootstrap, ConfiguredOperator, DemoLoader, DemoServices],
  exports: [Bootstrap],
})
export class BootstrapModule {}
