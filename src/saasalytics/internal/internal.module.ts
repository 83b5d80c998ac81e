import { Module } from '@nestjs/common';
import { PeriodModule } from '../period/index.js';
import { ExportsController } from './exports.controller.js';
import { ExportsRepository } from './exports.repository.js';
import { ExportsService } from './exports.service.js';
import { RollupsController } from './rollups.controller.js';
import { RollupsRepository } from './rollups.repository.js';
import { RollupsService } from './rollups.service.js';
import { TenantCheck } from './tenant-check.js';

/** What our own services call at each other: dashboards and export. */
@Module({
  imports: [PeriodModule],
  controllers: [RollupsController, ExportsController],
  providers: [TenantCheck, RollupsService, RollupsRepository, ExportsService, ExportsRepository],
})
export class InternalModule {}
