import { ApiExtraModels, ApiProperty, ApiPropertyOptional, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsMoment } from '../../../platform/http/index.js';
import { REPORT_KINDS, type ReportKind } from '../report.js';
import type { StoredReport } from '../reports.repository.js';
import { ActivityResult } from './activity-result.dto.js';
import { FinancialResult } from './financial-result.dto.js';

@ApiSchema({ name: 'GenerateReportRequest' })
export class GenerateReportRequest {
  @ApiProperty({ enum: REPORT_KINDS, description: 'activity: who did what. financial: money in and out.', example: 'financial' })
  @IsIn(REPORT_KINDS, { message: `It is none of ${REPORT_KINDS.join(', ')}.` })
  kind!: ReportKind;

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
}

@ApiSchema({ name: 'AnalyticsReport' })
@ApiExtraModels(ActivityResult, FinancialResult)
export class ReportResponse {
  @ApiProperty({ example: 'rep_01kb1q9zc7fzn8t0w3w2v5k6xq' })
  id!: string;

  @ApiProperty({ enum: REPORT_KINDS, example: 'financial' })
  kind!: ReportKind;

  @ApiProperty({ enum: ['ready'], description: 'Reports are computed at once.', example: 'ready' })
  status!: 'ready';

  @ApiProperty({ format: 'date-time', example: '2026-09-30T22:00:00.000Z' })
  from!: string;

  @ApiProperty({ format: 'date-time', example: '2026-10-31T23:00:00.000Z' })
  to!: string;

  @ApiProperty({ description: 'Zone in which its days and months begin.', example: 'Europe/Berlin' })
  timezone!: string;

  @ApiProperty({ description: 'client_id that asked for it.', example: 'sp_01kb1q3n2mf8h9w7xj5r0t4v6a' })
  requested_by!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-20T09:30:00.000Z' })
  created_at!: string;

  @ApiProperty({ description: 'By kind.', oneOf: [{ $ref: getSchemaPath(ActivityResult) }, { $ref: getSchemaPath(FinancialResult) }] })
  result!: object;

  static of({ id, kind, status, period_from, period_to, timezone, requested_by, created_at, result }: StoredReport): ReportResponse {
    return {
      id,
      kind,
      status,
      from: period_from.toISOString(),
      to: period_to.toISOString(),
      timezone,
      requested_by,
      created_at: created_at.toISOString(),
      result,
    };
  }
}
