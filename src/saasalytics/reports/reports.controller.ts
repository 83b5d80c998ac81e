import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { DocumentedProblems } from '../documented-problems.decorator.js';
import { GenerateReportRequest, ReportResponse } from './dto/report.dto.js';
import { ReportsService } from './reports.service.js';

@InZone('external')
@ProtectedResource('analytics')
@ApiTags('Saasalytics: reports')
@Controller('analytics/v1/reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Post()
  @RequireScopes('generate:reports')
  @ApiOperation({
    operationId: 'generateReport',
    summary: 'Generate a report',
    description:
      'Computes a report over a period of up to 1,100 days at once and keeps it as it is: events that come later do not change it.',
  })
  @ApiCreatedResponse({ type: ReportResponse, description: 'The report is ready.' })
  @DocumentedProblems('malformed_request', 'validation_failed', 'service_unavailable')
  generate(@Caller() caller: Caller, @Body() request: GenerateReportRequest, @Origin() origin: AuditOrigin): Promise<ReportResponse> {
    return this.reports.generate(caller, request, origin);
  }

  @Get(':id')
  @RequireScopes('read:reports')
  @ApiParam({ name: 'id', example: 'rep_01kb1q9zc7fzn8t0w3w2v5k6xq' })
  @ApiOperation({
    operationId: 'getReport',
    summary: 'Read a report',
    description: 'A report that was generated. A report of another organization is not found.',
  })
  @ApiOkResponse({ type: ReportResponse, description: 'The report.' })
  @DocumentedProblems('not_found', 'service_unavailable')
  read(@Caller() caller: Caller, @Param('id') id: string): Promise<ReportResponse> {
    return this.reports.read(caller, id);
  }
}
