import { z } from 'zod';
import type { McpPrompt } from './prompt.js';

export const weeklySummary: McpPrompt = {
  name: 'weekly_summary',
  title: 'Weekly summary',
  description: 'What happened in a week, compared with the week before, in half a page for people who do not look at dashboards.',
  args: z.object({
    week_start: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, 'Send a Monday, such as 2026-11-16.')
      .optional()
      .describe('Monday of the week, such as 2026-11-16. Default: the last whole week.'),
  }),
  text: ({ week_start: start }) =>
    [
      `Write a summary of ${typeof start === 'string' ? `the week that begins on ${start}` : 'the last whole week (Monday to Sunday)'} for our team.`,
      '1. Read saasalytics://metrics for what the metrics mean.',
      '2. Call query_metrics for revenue, active_customers, new_customers and events, with interval=day, over that week and the week before it.',
      '3. Call query_metrics for revenue with group_by=segment over both weeks, to see where a change comes from.',
      'Then write at most ten sentences: the most important change first, with its figure and the one of the week before. Name amounts in the currency of the account, not in cents.',
      'Say plainly where a figure is too small to mean anything. Give no reason that the figures do not show.',
    ].join('\n'),
};
