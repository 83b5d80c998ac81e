import { z } from 'zod';
import { CustomerListQuery } from '../../customers/index.js';
import { customer, moment } from './fields.js';
import { defineTool } from './tool.js';

export const listCustomers = defineTool({
  name: 'list_customers',
  title: 'List customers',
  scopes: ['read:analytics-data'],
  description:
    'Lists customers of the organization in the order of their ids, with segment, country, first and last event. Use it to find the id of a customer or those of a segment; ' +
    'pass next_cursor as cursor for the next page, until it is null.',
  annotations: { readOnlyHint: true, idempotentHint: true },
  input: z.strictObject({
    segment: z
      .string()
      .regex(/^[a-z][a-z0-9_.]{0,63}$/, 'Send a segment in small letters, such as enterprise.')
      .optional()
      .describe('Only customers of this segment.'),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'Send two capital letters of ISO 3166-1, such as DE.')
      .optional()
      .describe('Only customers of this country (ISO 3166-1 alpha-2).'),
    active_since: moment('Only customers with an event at or after this time. A date is midnight in UTC.').optional(),
    limit: z.int().min(1).max(100).default(20).describe('Customers on a page.'),
    cursor: z.string().max(400).optional().describe('next_cursor of the page before, unchanged.'),
  }),
  output: z.object({ data: z.array(customer), next_cursor: z.string().nullable().describe('Null on the last page.') }),
  run: (input, { caller, services }) => services.customers.list(caller, Object.assign(new CustomerListQuery(), input)),
});
