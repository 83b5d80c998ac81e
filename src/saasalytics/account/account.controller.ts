import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { DocumentedProblems } from '../documented-problems.decorator.js';
import { AccountService } from './account.service.js';
import { AccountResponse, UpdateAccountRequest } from './dto/account.dto.js';

@InZone('external')
@ProtectedResource('analytics')
@ApiTags('Saasalytics: account')
@Controller('analytics/v1/account')
export class AccountController {
  constructor(private readonly accounts: AccountService) {}

  @Get()
  @RequireScopes('read:account')
  @ApiOperation({
    operationId: 'getAnalyticsAccount',
    summary: 'Read the account settings',
    description: 'The settings of your organization. The first read makes the account, with UTC and USD.',
  })
  @ApiOkResponse({ type: AccountResponse, description: 'The account.' })
  @DocumentedProblems('service_unavailable')
  read(@Caller() caller: Caller): Promise<AccountResponse> {
    return this.accounts.read(caller);
  }

  @Patch()
  @RequireScopes('write:account')
  @ApiOperation({
    operationId: 'updateAnalyticsAccount',
    summary: 'Change the account settings',
    description:
      'Changes the fields that are sent and leaves the others. The time zone decides where the days of metrics and reports begin; events keep their time.',
  })
  @ApiOkResponse({ type: AccountResponse, description: 'The account as it is now.' })
  @DocumentedProblems('malformed_request', 'validation_failed', 'service_unavailable')
  update(@Caller() caller: Caller, @Body() request: UpdateAccountRequest, @Origin() origin: AuditOrigin): Promise<AccountResponse> {
    return this.accounts.update(caller, request, origin);
  }
}
