import { Module } from '@nestjs/common';
import { AccountModule } from './account/index.js';
import { CustomersModule } from './customers/index.js';
import { DemoModule } from './demo/index.js';
import { EventsModule } from './events/index.js';
import { InternalModule } from './internal/index.js';
import { McpModule } from './mcp/index.js';
import { MetricsModule } from './metrics/index.js';
import { ReportsModule } from './reports/index.js';

/** The reference protected API. It lives on what a customer has: the guards, and a platform to run on. */
@Module({
  imports: [EventsModule, MetricsModule, CustomersModule, ReportsModule, AccountModule, InternalModule, DemoModule, McpModule],
  exports: [DemoModule],
})
export class SaasalyticsModule {}
