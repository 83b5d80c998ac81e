import { z } from 'zod';
import { customer, time } from './fields.js';
import { defineTool } from './tool.js';

export const summarizeCustomer = defineTool({
  name: 'summarize_customer',
  title: 'Summarize a customer',
  scopes: ['read:analytics-data'],
  description:
    'Reads what one customer did: events, active days of the last 30, money in and out in cents, the most frequent event types. Use it before you say anything about a single customer.',
  annotations: { readOnlyHint: true, idempotentHint: true },
  input: z.strictObject({
    customer_id: z.string().min(1).max(64).describe('Id of the customer, as list_customers gives it, such as cus_0042.'),
  }),
  output: z.object({
    customer,
    events: z.int(),
    events_last_30_days: z.int(),
    active_days_last_30: z.int(),
    revenue_cents: z.int(),
    refunded_cents: z.int(),
    currency: z.string(),
    last_invoice_at: time.nullable(),
    top_event_types: z.array(z.object({ type: z.string(), count: z.int() })),
  }),
  run: ({ customer_id: id }, { caller, services }) => services.customers.summarize(caller, id),
});
