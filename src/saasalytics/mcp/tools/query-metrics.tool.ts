import { z } from 'zod';
import { GROUPINGS, METRICS } from '../../metrics/index.js';
import { INTERVALS } from '../../period/index.js';
import { moment, time } from './fields.js';
import { defineTool } from './tool.js';

export const queryMetrics = defineTool({
  name: 'query_metrics',
  title: 'Query metrics',
  scopes: ['read:analytics-data'],
  description:
    'Reads one metric of the organization as a time series, and if asked split by event type, country or segment. Use it for questions about development over time and for comparisons. ' +
    'Money is in cents of the currency named in the answer. Ask for the widest interval that answers the question: a series has at most 1,000 intervals.',
  annotations: { readOnlyHint: true, idempotentHint: true },
  input: z.strictObject({
    metric: z
      .enum(METRICS)
      .describe(
        'active_customers: customers with an event. events: their number. revenue: money in minus refunds. new_customers: customers seen for the first time.',
      ),
    from: moment('Start: a date (midnight in the time zone) or RFC 3339 date and time. Default: 30 days before the end.').optional(),
    to: moment('End, which does not belong to the period. Default: now.').optional(),
    interval: z.enum(INTERVALS).default('day').describe('Width of an interval; weeks begin on Monday.'),
    group_by: z.enum(GROUPINGS).default('none').describe('Splits the series; ten groups are shown, the rest is summed as (other).'),
    timezone: z.enum(['account', 'utc']).default('account').describe('Where days begin.'),
  }),
  output: z.object({
    metric: z.enum(METRICS),
    unit: z.enum(['count', 'cents']),
    currency: z.string(),
    interval: z.enum(INTERVALS),
    group_by: z.enum(GROUPINGS),
    timezone: z.string(),
    from: time,
    to: time,
    buckets: z.array(z.string()).describe('Starts of the intervals.'),
    series: z.array(
      z.object({
        group: z.string().nullable().describe('Null without group_by; (none) and (other) are groups of their own.'),
        total: z.number().describe('Over the whole period. For active_customers each customer counts once.'),
        values: z.array(z.number()).describe('One for each bucket, in their order.'),
      }),
    ),
  }),
  run: (input, { caller, services }) => services.metrics.read(caller, input),
});
