import { z } from 'zod';
import type { McpPrompt } from './prompt.js';

export const churnRisk: McpPrompt = {
  name: 'churn_risk',
  title: 'Customers who may leave',
  description: 'Finds customers who pay and have become quiet, and says of each what changed.',
  args: z.object({
    segment: z
      .string()
      .regex(/^[a-z][a-z0-9_.]{0,63}$/, 'Send a segment in small letters, such as enterprise.')
      .optional()
      .describe('Look at this segment only, such as enterprise.'),
  }),
  text: ({ segment }) =>
    [
      `Find up to ten customers${typeof segment === 'string' ? ` of the segment ${segment}` : ''} who may leave us.`,
      '1. Call list_customers page by page, and keep those whose last_seen_at is older than 14 days but not older than 90.',
      '2. Call summarize_customer for the candidates. Keep those with revenue; weigh those with few events_last_30_days against many events before.',
      '3. Order them by revenue_cents, the largest first.',
      'Answer with a table: customer, segment, last seen, active days of the last 30, revenue in the currency of the account, and in a few words what changed.',
      'A quiet customer is a question, not a fact: write "may leave", and suggest one thing to ask each of them.',
    ].join('\n'),
};
