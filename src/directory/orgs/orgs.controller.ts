import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../administration/index.js';
import { OrgDocument, OrgList, OrgSuspensionDocument } from './dto/org.dto.js';
import { CreateOrg, SuspendQuery, UpdateOrg } from './dto/write-org.dto.js';
import { OrgSuspension } from './org-suspension.service.js';
import { ORGS_PROBLEMS } from './orgs.errors.js';
import { Orgs } from './orgs.service.js';

const ORG_ID = { name: 'id', description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { operator_only } = ADMINISTRATION_PROBLEMS;
const { external_id_taken, reserved_org } = ORGS_PROBLEMS;

@ApiTags('Management: organizations')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/orgs')
export class OrgsController {
  constructor(
    private readonly orgs: Orgs,
    private readonly suspension: OrgSuspension,
  ) {}

  @Post()
  @RequireScopes('write:orgs')
  @Idempotent()
  @ApiOperation({
    operationId: 'createOrg',
    summary: 'Create an organization',
    description: 'A tenant of the platform. Its ceiling limits what its principals can ever be granted. Operators only.',
  })
  @ApiCreatedResponse({ type: OrgDocument })
  @ApiProblems({ external_id_taken, operator_only }, 'validation_failed')
  create(@Caller() caller: Caller, @Submission() submission: Submission, @Body() body: CreateOrg): Promise<OrgDocument> {
    return this.orgs.create(caller, submission, body);
  }

  @Get()
  @RequireScopes('read:orgs')
  @ApiOperation({
    operationId: 'listOrgs',
    summary: 'List the organizations',
    description: 'Newest first. A caller that belongs to an organization sees only that one.',
  })
  @ApiOkResponse({ type: OrgList })
  list(@Caller() caller: Caller, @Query() query: ListQuery): Promise<ListDocument<OrgDocument>> {
    return this.orgs.list(caller, query);
  }

  @Get(':id')
  @RequireScopes('read:orgs')
  @ApiOperation({
    operationId: 'getOrg',
    summary: 'Get an organization',
    description: 'For a caller that belongs to an organization every other one does not exist.',
  })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: OrgDocument })
  @ApiProblems({}, 'not_found')
  get(@Caller() caller: Caller, @Param('id', new IdPipe('org')) id: string): Promise<OrgDocument> {
    return this.orgs.get(caller, id);
  }

  @Patch(':id')
  @RequireScopes('write:orgs')
  @ApiOperation({
    operationId: 'updateOrg',
    summary: 'Change an organization',
    description: 'Changes the fields that are sent. A lower ceiling counts for the next token of every principal. Operators only.',
  })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: OrgDocument })
  @ApiProblems({ external_id_taken, operator_only, reserved_org }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('org')) id: string,
    @Body() body: UpdateOrg,
  ): Promise<OrgDocument> {
    return this.orgs.update(caller, origin, id, body);
  }

  @Post(':id/suspend')
  @HttpCode(200)
  @RequireScopes('write:orgs')
  @ApiOperation({
    operationId: 'suspendOrg',
    summary: 'Suspend an organization',
    description:
      'Its clients get no more tokens, and the tokens they have are refused. `dry_run=true` only tells what would stop working. Operators only.',
  })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: OrgSuspensionDocument })
  @ApiProblems({ operator_only, reserved_org }, 'not_found')
  suspend(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('org')) id: string,
    @Query() query: SuspendQuery,
  ): Promise<OrgSuspensionDocument> {
    return this.suspension.suspend(caller, origin, id, query.dry_run === 'true');
  }

  @Post(':id/reinstate')
  @HttpCode(200)
  @RequireScopes('write:orgs')
  @ApiOperation({
    operationId: 'reinstateOrg',
    summary: 'Reinstate an organization',
    description: 'Its clients get tokens again; tokens from before the suspension stay refused. Operators only.',
  })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: OrgDocument })
  @ApiProblems({ operator_only, reserved_org }, 'not_found')
  reinstate(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('org')) id: string): Promise<OrgDocument> {
    return this.suspension.reinstate(caller, origin, id);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:orgs')
  @ApiOperation({
    operationId: 'deleteOrg',
    summary: 'Delete an organization',
    description: 'Deletes it with everything that belongs to it; its tokens are refused. The audit log stays. Operators only.',
  })
  @ApiParam(ORG_ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({ operator_only, reserved_org }, 'not_found')
  delete(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('org')) id: string): Promise<void> {
    return this.orgs.delete(caller, origin, id);
  }
}
