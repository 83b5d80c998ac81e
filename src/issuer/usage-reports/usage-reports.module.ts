import { Module } from '@nestjs/common';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { UsageModule } from '../../directory/usage/index.js';
import { ClientAuthModule } from '../client-auth/index.js';
import { UsageReportsController } from './usage-reports.controller.js';
import { UsageReports } from './usage-reports.service.js';

@Module({ imports: [ApiResourcesModule, ClientAuthModule, UsageModule], controllers: [UsageReportsController], providers: [UsageReports] })
export class UsageReportsModule {}
