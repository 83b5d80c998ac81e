import { Registry } from '@countersign/oauth';
import { generateReport } from './generate-report.tool.js';
import { ingestEvents } from './ingest-events.tool.js';
import { listCustomers } from './list-customers.tool.js';
import { queryMetrics } from './query-metrics.tool.js';
import { summarizeCustomer } from './summarize-customer.tool.js';
import type { McpTool } from './tool.js';

export type { McpTool } from './tool.js';

export const TOOLS = new Registry<McpTool>('MCP tool', [queryMetrics, listCustomers, summarizeCustomer, generateReport, ingestEvents]);
