import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ApiProblems, IdPipe } from '../administration/index.js';
import { ORGS_PROBLEMS } from '../orgs/index.js';
import { SERVICE_PRINCIPALS_PROBLEMS } from '../service-principals/index.js';
import { API_KEYS_PROBLEMS } from './api-keys.errors.js';
import { ApiKeyList, MintedApiKeyDocument } from './dto/api-key.dto.js';
import { CreatePersonalAccessToken, RotateApiKey } from './dto/write-api-key.dto.js';
import { PersonalAccessTokens } from './personal-access-tokens.service.js';

const ID = { name: 'id', description: 'Id of the token.', example: 'pat_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { grant_not_assignable } = SERVICE_PRINCIPALS_PROBLEMS;
const { org_suspended } = ORGS_PROBLEMS;
const { api_key_ended, api_key_replaced, too_many_tokens } = API_KEYS_PROBLEMS;
const BY_SESSION = 'By the session of a browser, with its `csrf_token` in the header `X-CSRF-Token`.';

@ApiTags('Management: API keys')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/me/personal-access-tokens')
export class PersonalAccessTokensController {
  constructor(private readonly tokens: PersonalAccessTokens) {}

  @Post()
  @RequireScopes('write:api-keys')
  @Idempotent()
  @ApiOperation({
    operationId: 'createPersonalAccessToken',
    summary: 'Create a personal access token',
    description: `For scripts of one's own, with no more than one could pass on to an app. Shown once. ${BY_SESSION} No app can do this for a person.`,
  })
  @ApiCreatedResponse({ type: MintedApiKeyDocument })
  @ApiProblems({ grant_not_assignable, org_suspended, too_many_tokens }, 'not_found', 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Body() body: CreatePersonalAccessToken,
  ): Promise<MintedApiKeyDocument> {
    return this.tokens.create(caller, submission, body);
  }

  @Get()
  @RequireScopes('read:api-keys')
  @ApiOperation({
    operationId: 'listPersonalAccessTokens',
    summary: 'My personal access tokens',
    description: `Without the tokens themselves. ${BY_SESSION} Or by an app that was allowed to see them.`,
  })
  @ApiOkResponse({ type: ApiKeyList })
  @ApiProblems({}, 'not_found')
  list(@Caller() caller: Caller): Promise<ApiKeyList> {
    return this.tokens.list(caller);
  }

  @Post(':id/rotate')
  @RequireScopes('write:api-keys')
  @Idempotent()
  @ApiOperation({
    operationId: 'rotatePersonalAccessToken',
    summary: 'Rotate a personal access token',
    description: `Makes a new one with the same settings; the old one keeps working for \`grace_seconds\`. ${BY_SESSION}`,
  })
  @ApiParam(ID)
  @ApiCreatedResponse({ type: MintedApiKeyDocument })
  @ApiProblems({ api_key_ended, api_key_replaced, org_suspended, too_many_tokens }, 'not_found', 'validation_failed')
  rotate(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('id', new IdPipe('pat')) id: string,
    @Body() body: RotateApiKey,
  ): Promise<MintedApiKeyDocument> {
    return this.tokens.rotate(caller, submission, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:api-keys')
  @ApiOperation({
    operationId: 'revokePersonalAccessToken',
    summary: 'Revoke a personal access token',
    description: `It is refused within 2 s. ${BY_SESSION}`,
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Revoked.' })
  @ApiProblems({}, 'not_found')
  revoke(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('pat')) id: string): Promise<void> {
    return this.tokens.revoke(caller, origin, id);
  }
}
