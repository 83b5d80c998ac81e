import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { Period } from '../period/index.js';
import type { Grouping, Metric, MetricRow } from './metrics.policy.js';
import { metricSql } from './metric-sql.js';

export interface MetricQuestion {
  readonly metric: Metric;
  readonly grouping: Grouping;
  readonly period: Period;
  /** Starts of the intervals; the first is not after the period's. */
  readonly buckets: readonly Date[];
}

@Injectable()
export class MetricsRepository {
  /** Values of the buckets in which something happened, and of the whole period. */
  async values(tx: Transaction, orgId: string, { metric, grouping, period, buckets }: MetricQuestion): Promise<MetricRow[]> {
    const rows = await tx.manager.query<{ group: string | null; bucket: number | null; value: string }[]>(metricSql(metric, grouping), [orgId, period.from, period.to, buckets]);
    return rows.map(({ group, bucket, value }) => ({ group, bucket, value: Number(value) }));
  }
}
