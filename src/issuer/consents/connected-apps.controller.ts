import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { ApiProblems, IdPipe } from '../../directory/administration/index.js';
import { AppIdPipe } from '../../directory/third-party-apps/index.js';
import { ConnectedApps } from './connected-apps.service.js';
import { ConnectedAppList, type ConnectedAppDocument } from './dto/connected-app.dto.js';

const ORG_ID = { name: 'org_id', description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' };
const APP_ID = { name: 'app_id', description: 'Id of the app.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' };

@ApiTags('Management: consents')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/orgs/:org_id/connected-apps')
export class ConnectedAppsController {
  constructor(private readonly apps: ConnectedApps) {}

  @Get()
  @RequireScopes('read:consents')
  @ApiOperation({
    operationId: 'listConnectedApps',
    summary: 'List the connected apps',
    description:
      'Apps that people of the organization allowed something, one line each, newest app first. GET /v1/consents?app_id= shows by whom.',
  })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: ConnectedAppList })
  @ApiProblems({}, 'not_found', 'validation_failed')
  list(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Query() query: ListQuery,
  ): Promise<ListDocument<ConnectedAppDocument>> {
    return this.apps.list(caller, orgId, query);
  }

  @Delete(':app_id')
  @HttpCode(204)
  @RequireScopes('write:consents')
  @ApiOperation({
    operationId: 'withdrawConnectedApp',
    summary: 'Withdraw all consents of an app',
    description:
      'What every person of the organization allowed the app is withdrawn at once, and its tokens are refused within 2 s. People can allow it again unless the app policy says otherwise.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(APP_ID)
  @ApiNoContentResponse({ description: 'Withdrawn.' })
  @ApiProblems({}, 'not_found')
  withdraw(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('app_id', AppIdPipe) appId: string,
  ): Promise<void> {
    return this.apps.withdraw(caller, origin, orgId, appId);
  }
}
