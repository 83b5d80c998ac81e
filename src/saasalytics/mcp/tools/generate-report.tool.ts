import { z } from 'zod';
import { REPORT_KINDS } from '../../reports/index.js';
import { moment, time } from './fields.js';
import { defineTool } from './tool.js';

const cents = z.int().describe('In cents.');
const moneyLine = z.object({ name: z.string(), gross_cents: cents, refunded_cents: cents, net_cents: cents });

const activity = z.object({
  events: z.int(),
  active_customers: z.int(),
  new_customers: z.int(),
  inactive_customers: z.int().describe('Seen before the period and not in it.'),
  busiest_day: z.string().nullable(),
  by_type: z.array(z.object({ type: z.string(), events: z.int(), customers: z.int() })),
  top_customers: z.array(z.object({ id: z.string(), name: z.string(), events: z.int() })),
});
const financial = z.object({
  currency: z.string(),
  gross_cents: cents,
  refunded_cents: cents,
  net_cents: cents,
  invoices: z.int(),
  refunds: z.int(),
  paying_customers: z.int(),
  net_per_paying_customer_cents: cents,
  subscriptions_started: z.int(),
  subscriptions_canceled: z.int(),
  by_month: z.array(moneyLine),
  by_segment: z.array(moneyLine),
});

export const generateReport = defineTool({
  name: 'generate_report',
  title: 'Generate a report',
  scopes: ['generate:reports'],
  description:
    'Computes an activity or a financial report over a period of up to 1,100 days and keeps it: later events do not change it. Use it where figures must stay as they are or be shown to people; ' +
    'for a quick look use query_metrics. Whoever may read reports finds it again as saasalytics://reports/{id}.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  input: z.strictObject({
    kind: z.enum(REPORT_KINDS).describe('activity: who did what. financial: money in and out.'),
    from: moment('Start: a date (midnight in the time zone of the account) or RFC 3339 date and time.'),
    to: moment('End, which does not belong to the period. Default: now.').optional(),
  }),
  output: z.object({
    id: z.string(),
    kind: z.enum(REPORT_KINDS),
    status: z.enum(['ready']),
    from: time,
    to: time,
    timezone: z.string(),
    requested_by: z.string().describe('client_id that asked for it.'),
    created_at: time,
    result: z.union([activity, financial]).describe('By kind.'),
  }),
  run: (input, { caller, origin, services }) => services.reports.generate(caller, input, origin),
});
