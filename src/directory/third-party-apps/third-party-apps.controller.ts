import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ApiProblems } from '../administration/index.js';
import { AppIdPipe } from './app-id.pipe.js';
import { ORGS_PROBLEMS } from '../orgs/index.js';
import { CreatedThirdPartyAppDocument, ThirdPartyAppDocument, ThirdPartyAppList } from './dto/third-party-app.dto.js';
import { CreateThirdPartyApp, UpdateThirdPartyApp } from './dto/write-third-party-app.dto.js';
import { ThirdPartyAppChanges } from './third-party-app-changes.service.js';
import { THIRD_PARTY_APPS_PROBLEMS } from './third-party-apps.errors.js';
import { ThirdPartyApps } from './third-party-apps.service.js';

const ID = {
  name: 'id',
  description: 'Id of the app; of one that describes itself its address, percent-encoded.',
  example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h',
};
const { app_describes_itself, app_state, app_was_reviewed } = THIRD_PARTY_APPS_PROBLEMS;
const { org_suspended } = ORGS_PROBLEMS;

@ApiTags('Management: apps')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/apps')
export class ThirdPartyAppsController {
  constructor(
    private readonly apps: ThirdPartyApps,
    private readonly changes: ThirdPartyAppChanges,
  ) {}

  @Post()
  @RequireScopes('write:apps')
  @Idempotent()
  @ApiOperation({
    operationId: 'createApp',
    summary: 'Register an app',
    description:
      'A program of somebody else that acts for people, as far as each allows it. It begins as a draft: people of its own organization can try it; all others once an operator has approved it. The secret of a confidential app is shown once.',
  })
  @ApiCreatedResponse({ type: CreatedThirdPartyAppDocument })
  @ApiProblems({ org_suspended }, 'not_found', 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Body() body: CreateThirdPartyApp,
  ): Promise<CreatedThirdPartyAppDocument> {
    return this.apps.create(caller, submission, body);
  }

  @Get()
  @RequireScopes('read:apps')
  @ApiOperation({
    operationId: 'listApps',
    summary: 'List the apps',
    description: 'Newest first. Operators see all, everybody else those that their own organization publishes.',
  })
  @ApiOkResponse({ type: ThirdPartyAppList })
  list(@Caller() caller: Caller, @Query() query: ListQuery): Promise<ListDocument<ThirdPartyAppDocument>> {
    return this.apps.list(caller, query);
  }

  @Get(':id')
  @RequireScopes('read:apps')
  @ApiOperation({
    operationId: 'getApp',
    summary: 'Get an app',
    description: 'With its redirect URIs, grants and the hints of its secrets.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ThirdPartyAppDocument })
  @ApiProblems({}, 'not_found')
  get(@Caller() caller: Caller, @Param('id', AppIdPipe) id: string): Promise<ThirdPartyAppDocument> {
    return this.apps.get(caller, id);
  }

  @Patch(':id')
  @RequireScopes('write:apps')
  @ApiOperation({
    operationId: 'updateApp',
    summary: 'Change an app',
    description:
      'Changes the fields that are sent. Of an approved app its publisher can only take away: a new name, more redirect URIs or more scopes are for an operator. While it is in review they are for nobody but an operator either: withdraw it first. What is taken away from the grants is taken from the tokens it has.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ThirdPartyAppDocument })
  @ApiProblems({ app_describes_itself, app_state, app_was_reviewed }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', AppIdPipe) id: string,
    @Body() body: UpdateThirdPartyApp,
  ): Promise<ThirdPartyAppDocument> {
    return this.changes.update(caller, origin, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:apps')
  @ApiOperation({
    operationId: 'deleteApp',
    summary: 'Delete an app',
    description: 'What people allowed it goes with it, and its tokens are refused within 2 s.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({}, 'not_found')
  delete(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', AppIdPipe) id: string): Promise<void> {
    return this.apps.delete(caller, origin, id);
  }
}
