import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin, type ListDocument } from '../../platform/http/index.js';
import { ApiProblems, IdPipe } from '../../directory/administration/index.js';
import { AppAdmission } from './app-admission.service.js';
import { CONSENTS_PROBLEMS } from './consents.errors.js';
import { AppPolicyDocument, AppRequestDocument, AppRequestList, ListAppRequests, WriteAppPolicy } from './dto/app-policy.dto.js';

const ORG_ID = { name: 'org_id', description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' };
const ID = { name: 'id', description: 'Id of the request.', example: 'req_01kamx4f5ye8wvq3m2ts6dgn0h' };

/** Which apps the people of an organization can use. */
@ApiTags('Management: consents')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/orgs/:org_id')
export class AppAdmissionController {
  constructor(private readonly admission: AppAdmission) {}

  @Get('app-policy')
  @RequireScopes('read:consents')
  @ApiOperation({
    operationId: 'getAppPolicy',
    summary: 'Get which apps are admitted',
    description: 'Without a decision: those on the list, which is empty.',
  })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: AppPolicyDocument })
  @ApiProblems({}, 'not_found')
  get(@Caller() caller: Caller, @Param('org_id', new IdPipe('org')) orgId: string): Promise<AppPolicyDocument> {
    return this.admission.get(caller, orgId);
  }

  @Patch('app-policy')
  @RequireScopes('write:consents')
  @ApiOperation({
    operationId: 'updateAppPolicy',
    summary: 'Change which apps are admitted',
    description: 'What people allowed to an app that is no longer admitted is withdrawn, and its tokens are refused within 2 s.',
  })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: AppPolicyDocument })
  @ApiProblems({}, 'not_found', 'validation_failed')
  set(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Body() body: WriteAppPolicy,
  ): Promise<AppPolicyDocument> {
    return this.admission.set(caller, origin, orgId, body);
  }

  @Get('app-requests')
  @RequireScopes('read:consents')
  @ApiOperation({
    operationId: 'listAppRequests',
    summary: 'List what people asked for',
    description: 'Apps that people would like to use; newest first.',
  })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: AppRequestList })
  @ApiProblems({}, 'not_found', 'validation_failed')
  list(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Query() query: ListAppRequests,
  ): Promise<ListDocument<AppRequestDocument>> {
    return this.admission.listRequests(caller, orgId, query);
  }

  @Post('app-requests/:id/approve')
  @HttpCode(200)
  @RequireScopes('write:consents')
  @ApiOperation({
    operationId: 'approveAppRequest',
    summary: 'Approve a request',
    description: 'The app is listed; people still decide for themselves what they allow it.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: AppRequestDocument })
  @ApiProblems(CONSENTS_PROBLEMS, 'not_found')
  approve(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('req')) id: string,
  ): Promise<AppRequestDocument> {
    return this.admission.decide(caller, origin, orgId, id, 'approved');
  }

  @Post('app-requests/:id/decline')
  @HttpCode(200)
  @RequireScopes('write:consents')
  @ApiOperation({ operationId: 'declineAppRequest', summary: 'Decline a request', description: 'Somebody can ask again.' })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: AppRequestDocument })
  @ApiProblems(CONSENTS_PROBLEMS, 'not_found')
  decline(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('req')) id: string,
  ): Promise<AppRequestDocument> {
    return this.admission.decide(caller, origin, orgId, id, 'declined');
  }
}
