import { Module } from '@nestjs/common';
import { PeriodModule } from '../period/index.js';
import { ActivityReportRepository } from './activity-report.repository.js';
import { FinancialReportRepository } from './financial-report.repository.js';
import { ReportsController } from './reports.controller.js';
import { ReportsRepository } from './reports.repository.js';
import { ReportsService } from './reports.service.js';

@Module({
  imports: [PeriodModule],
  controllers: [ReportsController],
  providers: [ReportsService, ReportsRepository, ActivityReportRepository, FinancialReportRepository],
  exports: [ReportsService],
})
export class ReportsModule {}
