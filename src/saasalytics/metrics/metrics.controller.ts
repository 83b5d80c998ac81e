import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { InZone } from '../../platform/http/index.js';
import { DocumentedProblems } from '../documented-problems.decorator.js';
import { MetricsQuery } from './dto/metrics-query.dto.js';
import { MetricsResponse } from './dto/metrics-response.dto.js';
import { MetricsService } from './metrics.service.js';

@InZone('external')
@ProtectedResource('analytics')
@ApiTags('Saasalytics: metrics')
@Controller('analytics/v1/metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  @Get()
  @RequireScopes('read:analytics-data')
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Read a metric as a time series',
    description:
      'One metric over a period, cut into hours, days, weeks (from Monday) or months of the account time zone, and if asked split by event type, country or segment. ' +
      'Every interval has a value; where nothing happened it is 0. Ten groups are shown, the rest is summed as (other). A series has at most 1,000 intervals.',
  })
  @ApiOkResponse({ type: MetricsResponse, description: 'The series.' })
  @DocumentedProblems('validation_failed', 'service_unavailable')
  read(@Caller() caller: Caller, @Query() query: MetricsQuery): Promise<MetricsResponse> {
    return this.metrics.read(caller, query);
  }
}
