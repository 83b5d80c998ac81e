import { Module } from '@nestjs/common';
import { ApiResourcesModule } from '../directory/api-resources/index.js';
import { ServicePrincipalsModule } from '../directory/service-principals/index.js';
import { SaasalyticsModule } from '../saasalytics/index.js';
import { Bootstrap } from './bootstrap.service.js';
import { ConfiguredOperator } from './configured-operator.js';
import { DemoLoader } from './demo-loader.js';

@Module({
  imports: [ApiResourcesModule, ServicePrincipalsModule, SaasalyticsModule],
  providers: [Bootstrap, ConfiguredOperator, DemoLoader],
  exports: [Bootstrap],
})
export class BootstrapModule {}
