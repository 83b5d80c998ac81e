import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { INTERVALS, type Interval, type Period } from '../../period/index.js';
import { GROUPINGS, METRICS, type Grouping, type Metric, type Series } from '../metrics.policy.js';
import type { MetricsQuery } from './metrics-query.dto.js';

@ApiSchema({ name: 'MetricSeries' })
export class SeriesDocument {
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The event type, country or segment; (none) where a customer has none, (other) for the groups not shown, null without group_by.',
    example: 'DE',
  })
  group!: string | null;

  @ApiProperty({
    description: 'The metric over the whole period. For active_customers each customer counts once, so it is not the sum of the values.',
    example: 1274300,
  })
  total!: number;

  @ApiProperty({ type: [Number], description: 'One value for each bucket, in their order.', example: [0, 9800, 4900] })
  values!: readonly number[];
}

@ApiSchema({ name: 'MetricsResponse' })
export class MetricsResponse {
  @ApiProperty({ enum: METRICS, example: 'revenue' })
  metric!: Metric;

  @ApiProperty({ enum: ['count', 'cents'], example: 'cents' })
  unit!: 'count' | 'cents';

  @ApiProperty({ description: 'Currency of the account, in which cents are meant.', example: 'EUR' })
  currency!: string;

  @ApiProperty({ enum: INTERVALS, example: 'day' })
  interval!: Interval;

  @ApiProperty({ enum: GROUPINGS, example: 'country' })
  group_by!: Grouping;

  @ApiProperty({ description: 'Zone in which intervals begin.', example: 'Europe/Berlin' })
  timezone!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T23:00:00.000Z' })
  from!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-04T23:00:00.000Z' })
  to!: string;

  @ApiProperty({
    type: [String],
    description: 'Starts of the intervals; the first and the last may reach over the period.',
    example: ['2026-11-01T23:00:00.000Z', '2026-11-02T23:00:00.000Z', '2026-11-03T23:00:00.000Z'],
  })
  buckets!: string[];

  @ApiProperty({ type: [SeriesDocument] })
  series!: readonly SeriesDocument[];

  static of(
    { metric, interval, group_by }: MetricsQuery,
    period: Period,
    buckets: readonly Date[],
    series: readonly Series[],
  ): MetricsResponse {
    const { from, to, timezone, currency } = period;
    const unit = metric === 'revenue' ? 'cents' : 'count';
    return {
      metric,
      unit,
      currency,
      interval,
      group_by,
      timezone,
      from: from.toISOString(),
      to: to.toISOString(),
      buckets: buckets.map((start) => start.toISOString()),
      series,
    };
  }
}
