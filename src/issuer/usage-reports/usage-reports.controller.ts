import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiForbiddenResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ClientAuthenticated } from '@countersign/guards';
import { ApiProblems } from '../../directory/administration/index.js';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { ApiClientGuard, CallingApi, CLIENT_AUTH_PROBLEMS, type ApiClient } from '../client-auth/index.js';
import { UsageReceipt, UsageReportBody } from './dto/usage-report.dto.js';
import { UsageReports } from './usage-reports.service.js';

@ApiTags('Guards of APIs')
@InZone('external', 'internal')
@Controller('v1/usage-reports')
export class UsageReportsController {
  constructor(private readonly reports: UsageReports) {}

  @Post()
  @HttpCode(200)
  @ClientAuthenticated()
  @UseGuards(ApiClientGuard)
  @ApiOperation({
    operationId: 'reportUsage',
    summary: 'Report what was called',
    description:
      'For the guards of an API: calls per minute by client, credential, grant, operation, scopes and result. HTTP Basic with the id of the API and one of its secrets, or on the internal listener the certificate of its service. A report that arrives twice is counted once; beyond the limits of an API and day calls are counted as operation `other`.',
  })
  @ApiOkResponse({ type: UsageReceipt })
  @ApiForbiddenResponse({ description: 'The report is about another API, or the credentials are not those of an API.' })
  @ApiProblems(
    CLIENT_AUTH_PROBLEMS,
    'malformed_request',
    'payload_too_large',
    'unsupported_media_type',
    'validation_failed',
    'rate_limited',
    'service_unavailable',
  )
  report(@CallingApi() client: ApiClient, @Origin() origin: AuditOrigin, @Body() body: UsageReportBody): Promise<UsageReceipt> {
    return this.reports.accept(client, origin, body);
  }
}
