import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { TenantTransactions } from '../../platform/database/index.js';
import { orgOf } from '../caller-org.js';
import { assertBuckets, assertPeriod, PeriodRepository } from '../period/index.js';
import type { MetricsQuery } from './dto/metrics-query.dto.js';
import { MetricsResponse } from './dto/metrics-response.dto.js';
import { assertGrouping, toSeries } from './metrics.policy.js';
import { MetricsRepository } from './metrics.repository.js';

@Injectable()
export class MetricsService {
  constructor(
    private readonly transactions: TenantTransactions,
    private readonly periods: PeriodRepository,
    private readonly repository: MetricsRepository,
  ) {}

  read(caller: Caller, query: MetricsQuery): Promise<MetricsResponse> {
    const { metric, interval, group_by: grouping } = query;
    assertGrouping(metric, grouping);
    const orgId = orgOf(caller);
    return this.transactions.run(orgId, async (tx) => {
      const period = await this.periods.resolve(tx, orgId, query);
      assertPeriod(period, { from: 'from', to: 'to' });
      assertBuckets(period, interval);
      const buckets = await this.periods.buckets(tx, period, interval);
      const rows = await this.repository.values(tx, orgId, { metric, grouping, period, buckets });
      return MetricsResponse.of(query, period, buckets, toSeries(buckets.length, rows, grouping));
    });
  }
}
