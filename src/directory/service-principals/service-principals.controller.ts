import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ApiProblems, IdPipe } from '../administration/index.js';
import { ORGS_PROBLEMS } from '../orgs/index.js';
import { CreatedServicePrincipalDocument, ServicePrincipalDocument, ServicePrincipalList } from './dto/service-principal.dto.js';
import { CreateServicePrincipal, UpdateServicePrincipal } from './dto/write-service-principal.dto.js';
import { ServicePrincipalChanges } from './service-principal-changes.service.js';
import { SERVICE_PRINCIPALS_PROBLEMS } from './service-principals.errors.js';
import { ServicePrincipals } from './service-principals.service.js';

const ORG_ID = { name: 'org_id', description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' };
const ID = { name: 'id', description: 'Id of the service principal.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { grant_not_assignable } = SERVICE_PRINCIPALS_PROBLEMS;
const { org_suspended } = ORGS_PROBLEMS;

@ApiTags('Management: service principals')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/orgs/:org_id/service-principals')
export class ServicePrincipalsController {
  constructor(
    private readonly principals: ServicePrincipals,
    private readonly changes: ServicePrincipalChanges,
  ) {}

  @Post()
  @RequireScopes('write:service-principals')
  @Idempotent()
  @ApiOperation({
    operationId: 'createServicePrincipal',
    summary: 'Create a service principal',
    description:
      'A program of the organization that gets tokens for itself. Its grants lie inside the ceiling of the organization and inside your own rights. The secret is shown once.',
  })
  @ApiParam(ORG_ID)
  @ApiCreatedResponse({ type: CreatedServicePrincipalDocument })
  @ApiProblems({ grant_not_assignable, org_suspended }, 'not_found', 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Body() body: CreateServicePrincipal,
  ): Promise<CreatedServicePrincipalDocument> {
    return this.principals.create(caller, submission, orgId, body);
  }

  @Get()
  @RequireScopes('read:service-principals')
  @ApiOperation({
    operationId: 'listServicePrincipals',
    summary: 'List the service principals',
    description: 'Those of one organization, newest first.',
  })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: ServicePrincipalList })
  @ApiProblems({}, 'not_found')
  list(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Query() query: ListQuery,
  ): Promise<ListDocument<ServicePrincipalDocument>> {
    return this.principals.list(caller, orgId, query);
  }

  @Get(':id')
  @RequireScopes('read:service-principals')
  @ApiOperation({
    operationId: 'getServicePrincipal',
    summary: 'Get a service principal',
    description: 'With its grants and the hints of its secrets.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: ServicePrincipalDocument })
  @ApiProblems({}, 'not_found')
  get(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('sp')) id: string,
  ): Promise<ServicePrincipalDocument> {
    return this.principals.get(caller, orgId, id);
  }

  @Patch(':id')
  @RequireScopes('write:service-principals')
  @ApiOperation({
    operationId: 'updateServicePrincipal',
    summary: 'Change a service principal',
    description:
      'Changes the fields that are sent. `grants` replaces all grants; scopes that are added must lie inside your own rights. New keys need the rights of the principal, because whoever holds them can act as it.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: ServicePrincipalDocument })
  @ApiProblems({ grant_not_assignable }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('sp')) id: string,
    @Body() body: UpdateServicePrincipal,
  ): Promise<ServicePrincipalDocument> {
    return this.changes.update(caller, origin, { orgId, id }, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:service-principals')
  @ApiOperation({
    operationId: 'deleteServicePrincipal',
    summary: 'Delete a service principal',
    description: 'It gets no more tokens, and those it has are refused at once.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({}, 'not_found')
  delete(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('sp')) id: string,
  ): Promise<void> {
    return this.principals.delete(caller, origin, orgId, id);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @RequireScopes('write:service-principals')
  @ApiOperation({
    operationId: 'disableServicePrincipal',
    summary: 'Disable a service principal',
    description: 'It gets no more tokens, and those it has are refused at once. It can be enabled again.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: ServicePrincipalDocument })
  @ApiProblems({}, 'not_found')
  disable(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('sp')) id: string,
  ): Promise<ServicePrincipalDocument> {
    return this.changes.setStatus(caller, origin, { orgId, id }, 'disabled');
  }

  @Post(':id/enable')
  @HttpCode(200)
  @RequireScopes('write:service-principals')
  @ApiOperation({
    operationId: 'enableServicePrincipal',
    summary: 'Enable a service principal',
    description: 'It gets tokens again; those from before it was disabled stay refused.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: ServicePrincipalDocument })
  @ApiProblems({}, 'not_found')
  enable(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('sp')) id: string,
  ): Promise<ServicePrincipalDocument> {
    return this.changes.setStatus(caller, origin, { orgId, id }, 'active');
  }
}
