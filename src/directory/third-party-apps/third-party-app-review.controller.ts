import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems } from '../administration/index.js';
import { AppIdPipe } from './app-id.pipe.js';
import { ThirdPartyAppDocument } from './dto/third-party-app.dto.js';
import { Approval, ReviewNote } from './dto/write-third-party-app.dto.js';
import { ThirdPartyAppChanges } from './third-party-app-changes.service.js';
import { THIRD_PARTY_APPS_PROBLEMS } from './third-party-apps.errors.js';

const ID = { name: 'id', description: 'Id of the app.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { app_changed, app_state } = THIRD_PARTY_APPS_PROBLEMS;
const { operator_only } = ADMINISTRATION_PROBLEMS;

/** The way of an app from a draft to something that people of every organization can meet. */
@ApiTags('Management: apps')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/apps/:id')
export class ThirdPartyAppReviewController {
  constructor(private readonly changes: ThirdPartyAppChanges) {}

  @Post('submit')
  @HttpCode(200)
  @RequireScopes('write:apps')
  @ApiOperation({
    operationId: 'submitApp',
    summary: 'Submit an app for review',
    description: 'draft → in_review. An operator is to look at it.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ThirdPartyAppDocument })
  @ApiProblems({ app_state }, 'not_found')
  submit(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', AppIdPipe) id: string): Promise<ThirdPartyAppDocument> {
    return this.changes.move(caller, origin, id, 'submit');
  }

  @Post('withdraw')
  @HttpCode(200)
  @RequireScopes('write:apps')
  @ApiOperation({ operationId: 'withdrawApp', summary: 'Withdraw an app from review', description: 'in_review → draft.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: ThirdPartyAppDocument })
  @ApiProblems({ app_state }, 'not_found')
  withdraw(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', AppIdPipe) id: string): Promise<ThirdPartyAppDocument> {
    return this.changes.move(caller, origin, id, 'withdraw');
  }

  @Post('approve')
  @HttpCode(200)
  @RequireScopes('write:apps')
  @ApiOperation({
    operationId: 'approveApp',
    summary: 'Approve an app',
    description:
      'in_review → approved: people of every organization that admits it can allow it something. Send the `updated_at` of what you looked at, so that nothing else is approved. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ThirdPartyAppDocument })
  @ApiProblems({ app_changed, app_state, operator_only }, 'not_found', 'validation_failed')
  approve(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', AppIdPipe) id: string,
    @Body() { note, updated_at }: Approval,
  ): Promise<ThirdPartyAppDocument> {
    return this.changes.move(caller, origin, id, 'approve', { note, seen: updated_at });
  }

  @Post('return')
  @HttpCode(200)
  @RequireScopes('write:apps')
  @ApiOperation({
    operationId: 'returnApp',
    summary: 'Return an app to its publisher',
    description: 'in_review → draft, with a note that says what is missing. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ThirdPartyAppDocument })
  @ApiProblems({ app_state, operator_only }, 'not_found', 'validation_failed')
  return(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', AppIdPipe) id: string,
    @Body() { note }: ReviewNote,
  ): Promise<ThirdPartyAppDocument> {
    return this.changes.move(caller, origin, id, 'return', { note });
  }

  @Post('suspend')
  @HttpCode(200)
  @RequireScopes('write:apps')
  @ApiOperation({
    operationId: 'suspendApp',
    summary: 'Suspend an app',
    description: 'It gets no more tokens, and those it has are refused within 2 s. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ThirdPartyAppDocument })
  @ApiProblems({ app_state, operator_only }, 'not_found', 'validation_failed')
  suspend(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', AppIdPipe) id: string,
    @Body() { note }: ReviewNote,
  ): Promise<ThirdPartyAppDocument> {
    return this.changes.move(caller, origin, id, 'suspend', { note });
  }

  @Post('reinstate')
  @HttpCode(200)
  @RequireScopes('write:apps')
  @ApiOperation({
    operationId: 'reinstateApp',
    summary: 'Reinstate an app',
    description: 'suspended → in_review: somebody looks at it before it can be used again. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ThirdPartyAppDocument })
  @ApiProblems({ app_state, operator_only }, 'not_found', 'validation_failed')
  reinstate(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', AppIdPipe) id: string,
    @Body() { note }: ReviewNote,
  ): Promise<ThirdPartyAppDocument> {
    return this.changes.move(caller, origin, id, 'reinstate', { note });
  }
}
