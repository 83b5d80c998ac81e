import { invalidFields } from '../invalid-fields.js';

export const METRICS = ['active_customers', 'events', 'revenue', 'new_customers'] as const;
export type Metric = (typeof METRICS)[number];

export const GROUPINGS = ['type', 'country', 'segment', 'none'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Groups shown one by one; the rest is one more. */
export const MAX_GROUPS = 10;

/** A value of one bucket, or of the whole period where `bucket` is null. */
export interface MetricRow {
  readonly group: string | null;
  /** Position in the list of buckets. */
  readonly bucket: number | null;
  readonly value: number;
}

export interface Series {
  readonly group: string | null;
  readonly total: number;
  readonly values: readonly number[];
}

/** @throws Problem `validation_failed` */
export function assertGrouping(metric: Metric, grouping: Grouping): void {
  if (metric !== 'new_customers' || grouping !== 'type') return;
  throw invalidFields([
    { location: 'group_by', message: 'A customer has no event type.', fix: 'Group new_customers by country, segment or none.' },
  ]);
}

/** A line for each group, largest first, with a value for every bucket; without groups there is always one line. */
export function toSeries(bucketCount: number, rows: readonly MetricRow[], grouping: Grouping): Series[] {
  const lines = new Map<string | null, { group: string | null; total: number; values: number[] }>();
  const lineOf = (group: string | null): { total: number; values: number[] } => {
    const line = lines.get(group) ?? { group, total: 0, values: Array.from({ length: bucketCount }, () => 0) };
    lines.set(group, line);
    return line;
  };
  if (grouping === 'none') lineOf(null);
  for (const { group, bucket, value } of rows) {
    if (bucket === null) lineOf(group).total = value;
    else lineOf(group).values[bucket] = value;
  }
  return [...lines.values()].sort((a, b) => b.total - a.total || ((a.group ?? '') < (b.group ?? '') ? -1 : 1));
}
