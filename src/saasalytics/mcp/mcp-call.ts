import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import type { AccountService } from '../account/index.js';
import type { CustomersService } from '../customers/index.js';
import type { EventsService } from '../events/index.js';
import type { MetricsService } from '../metrics/index.js';
import type { ReportsService } from '../reports/index.js';

/** What tools and resources are made of: the services behind /analytics, and no other way to the data. */
export interface McpServices {
  readonly account: AccountService;
  readonly customers: CustomersService;
  readonly events: EventsService;
  readonly metrics: MetricsService;
  readonly reports: ReportsService;
}

/** One request: whose it is, as the guard has proven it. The organization is that of the caller; no argument of a tool names one. */
export interface McpCall {
  readonly caller: Caller;
  readonly origin: AuditOrigin;
  readonly services: McpServices;
}
