import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../administration/index.js';
import { API_RESOURCES_PROBLEMS } from './api-resources.errors.js';
import { ApiResources } from './api-resources.service.js';
import { ApiDocument, ApiList } from './dto/api.dto.js';
import { CreateApi, UpdateApi } from './dto/write-api.dto.js';

const { system_api, api_identifier_taken } = API_RESOURCES_PROBLEMS;
const { operator_only } = ADMINISTRATION_PROBLEMS;

@ApiTags('Management: APIs')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/apis')
export class ApiResourcesController {
  constructor(private readonly apis: ApiResources) {}

  @Post()
  @RequireScopes('write:apis')
  @Idempotent()
  @ApiOperation({
    operationId: 'createApi',
    summary: 'Register an API',
    description: 'Registers a protected API, the audience of tokens, with its scope catalogue. Operators only.',
  })
  @ApiCreatedResponse({ type: ApiDocument })
  @ApiProblems({ api_identifier_taken, operator_only }, 'validation_failed')
  create(@Caller() caller: Caller, @Submission() submission: Submission, @Body() body: CreateApi): Promise<ApiDocument> {
    return this.apis.create(caller, submission, body);
  }

  @Get()
  @RequireScopes('read:apis')
  @ApiOperation({
    operationId: 'listApis',
    summary: 'List the APIs',
    description: 'Newest first. A caller that belongs to an organization sees the external ones.',
  })
  @ApiOkResponse({ type: ApiList })
  list(@Caller() caller: Caller, @Query() query: ListQuery): Promise<ListDocument<ApiDocument>> {
    return this.apis.list(caller, query);
  }

  @Get(':id')
  @RequireScopes('read:apis')
  @ApiOperation({ operationId: 'getApi', summary: 'Get an API', description: 'One API with its scope catalogue.' })
  @ApiParam({ name: 'id', description: 'Id of the API.', example: 'api_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiOkResponse({ type: ApiDocument })
  @ApiProblems({}, 'not_found')
  get(@Caller() caller: Caller, @Param('id', new IdPipe('api')) id: string): Promise<ApiDocument> {
    return this.apis.get(caller, id);
  }

  @Patch(':id')
  @RequireScopes('write:apis')
  @ApiOperation({
    operationId: 'updateApi',
    summary: 'Change an API',
    description:
      'Changes the fields that are sent. `scopes` replaces the whole catalogue; a scope that is left out disappears from every grant at once. Operators only.',
  })
  @ApiParam({ name: 'id', description: 'Id of the API.', example: 'api_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiOkResponse({ type: ApiDocument })
  @ApiProblems({ system_api, operator_only }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('api')) id: string,
    @Body() body: UpdateApi,
  ): Promise<ApiDocument> {
    return this.apis.update(caller, origin, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:apis')
  @ApiOperation({
    operationId: 'deleteApi',
    summary: 'Delete an API',
    description:
      'Deletes an API with its credentials and every grant on it. An API of the platform itself cannot be deleted. Operators only.',
  })
  @ApiParam({ name: 'id', description: 'Id of the API.', example: 'api_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({ system_api, operator_only }, 'not_found')
  delete(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('api')) id: string): Promise<void> {
    return this.apis.delete(caller, origin, id);
  }
}
