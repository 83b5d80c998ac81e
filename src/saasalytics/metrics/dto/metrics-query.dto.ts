import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsMoment } from '../../../platform/http/index.js';
import { INTERVALS, type Interval } from '../../period/index.js';
import { GROUPINGS, METRICS, type Grouping, type Metric } from '../metrics.policy.js';

export class MetricsQuery {
  @ApiProperty({
    enum: METRICS,
    description:
      'active_customers: customers with an event. events: their number. revenue: sum of amount_cents, refunds taken off. new_customers: customers seen for the first time.',
    example: 'revenue',
  })
  @IsIn(METRICS, { message: `It is none of ${METRICS.join(', ')}.` })
  metric!: Metric;

  @ApiPropertyOptional({
    description: 'Start: a date (midnight in the time zone) or RFC 3339 date and time. Default: 30 days before the end.',
    example: '2026-11-01',
  })
  @IsOptional()
  @IsMoment()
  from?: string;

  @ApiPropertyOptional({ description: 'End, which does not belong to the period. Default: now.', example: '2026-11-08' })
  @IsOptional()
  @IsMoment()
  to?: string;

  @ApiPropertyOptional({ enum: INTERVALS, default: 'day', description: 'Width of an interval.' })
  @IsIn(INTERVALS, { message: `It is none of ${INTERVALS.join(', ')}.` })
  interval: Interval = 'day';

  @ApiPropertyOptional({ enum: GROUPINGS, default: 'none', description: 'Splits the series. new_customers has no type.' })
  @IsIn(GROUPINGS, { message: `It is none of ${GROUPINGS.join(', ')}.` })
  group_by: Grouping = 'none';

  @ApiPropertyOptional({
    enum: ['account', 'utc'],
    default: 'account',
    description: 'Where days begin: in the time zone of the account, or in UTC.',
  })
  @IsIn(['account', 'utc'], { message: 'It is neither account nor utc.' })
  timezone: 'account' | 'utc' = 'account';
}
