import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { IsMoment } from '../../../platform/http/index.js';

/** What both internal operations take: a period, and for whom the caller believes to work. */
@ApiSchema({ name: 'AnalyticsPeriodRequest' })
export class PeriodRequest {
  @ApiProperty({
    description: 'Start: a date (midnight in the time zone of the account) or RFC 3339 date and time.',
    example: '2026-10-01',
  })
  @IsMoment()
  from!: string;

  @ApiPropertyOptional({ description: 'End, which does not belong to the period. Default: now.', example: '2026-11-01' })
  @IsOptional()
  @IsMoment()
  to?: string;

  @ApiPropertyOptional({
    description: 'For callers that want to be sure: 403 when it is not the organization of the token. It never chooses one.',
    example: 'org_01kb1q3m8ye2wv5w7r1n0c9s4d',
  })
  @IsOptional()
  @Length(1, 64)
  @IsString()
  org_id?: string;
}

@ApiSchema({ name: 'AnalyticsRollup' })
export class RollupResponse {
  @ApiProperty({ format: 'date-time', example: '2026-09-30T22:00:00.000Z' })
  from!: string;

  @ApiProperty({ format: 'date-time', example: '2026-10-31T23:00:00.000Z' })
  to!: string;

  @ApiProperty({ description: 'Zone in which its days begin.', example: 'Europe/Berlin' })
  timezone!: string;

  @ApiProperty({ description: 'Days of which the rollup was written.', example: 31 })
  days!: number;

  @ApiProperty({ description: 'Events that those days hold.', example: 1204 })
  events!: number;

  @ApiProperty({ description: 'Money of those days, in hundredths.', example: 1250000 })
  amount_cents!: number;
}

@ApiSchema({ name: 'AnalyticsExport' })
export class ExportResponse {
  @ApiProperty({ example: 'exp_01kb1q9zc7fzn8t0w3w2v5k6xq' })
  id!: string;

  @ApiProperty({ enum: ['ready'], description: 'Exports are written at once.', example: 'ready' })
  status!: 'ready';

  @ApiProperty({ format: 'date-time', example: '2026-09-30T22:00:00.000Z' })
  from!: string;

  @ApiProperty({ format: 'date-time', example: '2026-10-31T23:00:00.000Z' })
  to!: string;

  @ApiProperty({ description: 'Customers in the export: those with money in the period.', example: 48 })
  customers!: number;

  @ApiProperty({ description: 'Money of all of them, in hundredths.', example: 1250000 })
  amount_cents!: number;

  @ApiProperty({ description: 'The service that started it.', example: 'billing' })
  requested_by!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-20T09:30:00.000Z' })
  created_at!: string;
}
