import { Module } from '@nestjs/common';
import { ApiResourcesModule } from '../api-resources/index.js';
import { ServicePrincipalsModule } from '../service-principals/index.js';
import { OwnUsage } from './own-usage.js';
import { UsageController } from './usage.controller.js';
import { UsageGrants } from './usage-grants.js';
import { UsageIntakeRepository } from './usage-intake.repository.js';
import { UsageIntake } from './usage-intake.service.js';
import { UsageRepository } from './usage.repository.js';
import { Usage } from './usage.service.js';

@Module({
  imports: [ApiResourcesModule, ServicePrincipalsModule],
  controllers: [UsageController],
  providers: [UsageRepository, UsageIntakeRepository, Usage, UsageGrants, UsageIntake, OwnUsage],
  exports: [UsageGrants, UsageIntake, OwnUsage],
})
export class UsageModule {}
