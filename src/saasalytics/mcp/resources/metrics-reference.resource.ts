import type { Metric } from '../../metrics/index.js';
import type { McpResource } from './resource.js';

const MEANINGS: Readonly<Record<Metric, string>> = {
  active_customers: 'Customers with at least one event in the interval. Each counts once, so the total is not the sum of the intervals.',
  events: 'How many events happened.',
  revenue: 'Sum of amount_cents of all events: money in, refunds taken off. In hundredths of the currency of the account.',
  new_customers: 'Customers whose very first event is in the interval. It cannot be grouped by type.',
};

const TEXT = [
  '# Metrics of Saasalytics',
  '',
  ...Object.entries(MEANINGS).map(([metric, meaning]) => `- \`${metric}\`: ${meaning}`),
  '',
  '## Intervals and time',
  '',
  'Intervals are hour, day, week (from Monday) and month, in the time zone of the account unless `timezone` is `utc`. The end of a period',
  'does not belong to it. The first and the last interval may reach over the period: do not compare them with whole ones.',
  '',
  '## Event types with a meaning',
  '',
  '- `invoice_paid` and `refund` carry money (`amount_cents`, negative for refunds).',
  '- `subscription_started` and `subscription_canceled` are counted in financial reports.',
  '- All others are your own; the tool `query_metrics` with `group_by: type` shows which there are.',
].join('\n');

export const metricsReference: McpResource = {
  name: 'metrics-reference',
  uri: 'saasalytics://metrics',
  title: 'Metrics and their meaning',
  description: 'What each metric counts, how intervals are cut, and which event types have a meaning. Read it before you explain figures.',
  mimeType: 'text/markdown',
  scopes: [],
  read: () => Promise.resolve(TEXT),
};
