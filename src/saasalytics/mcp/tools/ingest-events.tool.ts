import { z } from 'zod';
import { EVENT_LIMITS } from '../../events/index.js';
import { defineTool } from './tool.js';

const id = z.string().regex(new RegExp(EVENT_LIMITS.idPattern), 'Send up to 64 letters, digits and . _ : @ -, a letter or digit first.');
const type = z.string().regex(new RegExp(EVENT_LIMITS.typePattern), 'Send up to 64 small letters, digits, _ and ., a letter first.');

const event = z.strictObject({
  id: id.describe('Your id of the event; the same id is stored once, so a batch can be sent again.'),
  customer_id: id.describe('Your id of the customer; a new one appears by itself.'),
  type: type.describe(
    'What happened, in snake_case. invoice_paid, refund, subscription_started and subscription_canceled count in financial reports.',
  ),
  occurred_at: z.string().max(40).describe('RFC 3339 with offset: within the last 400 days, at most 5 minutes ahead.'),
  amount_cents: z.int().optional().describe('Money in cents, negative for refunds.'),
  properties: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .optional()
    .describe('Up to 20 short values of your own.'),
  customer_name: z.string().optional().describe('Name of the customer; the newest one is kept.'),
  segment: type.optional().describe('Segment of the customer.'),
  country: z.string().regex(new RegExp(EVENT_LIMITS.countryPattern), 'Send two capital letters, such as DE.').optional(),
});

export const ingestEvents = defineTool({
  name: 'ingest_events',
  title: 'Ingest events',
  scopes: ['write:customer-events'],
  description:
    'Stores 1 to 1,000 events of customers. They cannot be taken back, and metrics and reports count them at once: never invent events, send only what a person or a system gave you. ' +
    'One invalid event refuses the whole batch.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  input: z.strictObject({ events: z.array(event).min(1).max(EVENT_LIMITS.batch) }),
  output: z.object({
    accepted: z.int().describe('Events stored by this call.'),
    duplicates: z.int().describe('Those that were stored before.'),
  }),
  run: (input, { caller, origin, services }) => services.events.ingest(caller, input, origin),
});
