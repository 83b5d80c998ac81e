import { Module } from '@nestjs/common';
import { AccountModule } from '../account/index.js';
import { CustomersModule } from '../customers/index.js';
import { EventsModule } from '../events/index.js';
import { MetricsModule } from '../metrics/index.js';
import { ReportsModule } from '../reports/index.js';
import { McpController } from './mcp.controller.js';
import { McpEndpoint } from './mcp-endpoint.js';
import { McpErrors } from './mcp-errors.js';

/** Saasalytics as an MCP server: its services once more, as tools for agents. */
@Module({
  imports: [AccountModule, CustomersModule, EventsModule, MetricsModule, ReportsModule],
  controllers: [McpController],
  providers: [McpEndpoint, McpErrors],
})
export class McpModule {}
