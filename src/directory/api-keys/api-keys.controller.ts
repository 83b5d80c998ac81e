import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ApiProblems, IdPipe } from '../administration/index.js';
import { ORGS_PROBLEMS } from '../orgs/index.js';
import { SERVICE_PRINCIPALS_PROBLEMS } from '../service-principals/index.js';
import { API_KEYS_PROBLEMS } from './api-keys.errors.js';
import { ApiKeys } from './api-keys.service.js';
import { ApiKeyDocument, ApiKeyList, MintedApiKeyDocument } from './dto/api-key.dto.js';
import { CreateApiKey, RotateApiKey } from './dto/write-api-key.dto.js';

const ORG_ID = { name: 'org_id', description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' };
const ID = { name: 'id', description: 'Id of the key, or of a personal access token.', example: 'key_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { grant_not_assignable } = SERVICE_PRINCIPALS_PROBLEMS;
const { org_suspended } = ORGS_PROBLEMS;
const { api_key_ended, api_key_replaced } = API_KEYS_PROBLEMS;

@ApiTags('Management: API keys')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/orgs/:org_id/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Post()
  @RequireScopes('write:api-keys')
  @Idempotent()
  @ApiOperation({
    operationId: 'createApiKey',
    summary: 'Create an API key',
    description:
      'Made for one API, inside the ceiling of the organization and your own rights. The key is shown once. It works as `X-API-Key` or as a Bearer credential, and can be exchanged for a short token (RFC 8693).',
  })
  @ApiParam(ORG_ID)
  @ApiCreatedResponse({ type: MintedApiKeyDocument })
  @ApiProblems({ grant_not_assignable, org_suspended }, 'not_found', 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Body() body: CreateApiKey,
  ): Promise<MintedApiKeyDocument> {
    return this.keys.create(caller, submission, orgId, body);
  }

  @Get()
  @RequireScopes('read:api-keys')
  @ApiOperation({
    operationId: 'listApiKeys',
    summary: 'List the API keys of an organization',
    description: 'And the personal access tokens of its people, without the keys themselves. Newest first, within each kind.',
  })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: ApiKeyList })
  @ApiProblems({}, 'not_found')
  list(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Query() query: ListQuery,
  ): Promise<ListDocument<ApiKeyDocument>> {
    return this.keys.list(caller, orgId, query);
  }

  @Get(':id')
  @RequireScopes('read:api-keys')
  @ApiOperation({ operationId: 'getApiKey', summary: 'Get an API key', description: 'Or a personal access token. Never the key itself.' })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: ApiKeyDocument })
  @ApiProblems({}, 'not_found')
  get(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('key', 'pat')) id: string,
  ): Promise<ApiKeyDocument> {
    return this.keys.get(caller, { orgId, id });
  }

  @Post(':id/rotate')
  @RequireScopes('write:api-keys')
  @Idempotent()
  @ApiOperation({
    operationId: 'rotateApiKey',
    summary: 'Rotate an API key',
    description:
      'Makes a new key with the settings of the old one, which keeps working for `grace_seconds` and no longer than it would have. With less than a day, tokens that the old key was exchanged for are refused at once. You need the rights of the key yourself, or to be that key.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiCreatedResponse({ type: MintedApiKeyDocument })
  @ApiProblems({ api_key_ended, api_key_replaced, grant_not_assignable, org_suspended }, 'not_found', 'validation_failed')
  rotate(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('org_id', new IdPipe('org')) orgId: string,
    // A personal access token is rotated by its person alone.
    @Param('id', new IdPipe('key')) id: string,
    @Body() body: RotateApiKey,
  ): Promise<MintedApiKeyDocument> {
    return this.keys.rotate(caller, submission, { orgId, id }, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:api-keys')
  @ApiOperation({
    operationId: 'revokeApiKey',
    summary: 'Revoke an API key',
    description: 'Or a personal access token of a member. It, and the tokens that it was exchanged for, are refused within 2 s.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Revoked.' })
  @ApiProblems({}, 'not_found')
  revoke(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('key', 'pat')) id: string,
  ): Promise<void> {
    return this.keys.revoke(caller, origin, { orgId, id });
  }
}
