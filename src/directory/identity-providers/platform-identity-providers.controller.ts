import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../administration/index.js';
import { IdentityProviderDocument, IdentityProviderList } from './dto/identity-provider.dto.js';
import { CreateIdentityProvider, UpdateIdentityProvider } from './dto/write-identity-provider.dto.js';
import { IDENTITY_PROVIDERS_PROBLEMS } from './identity-providers.errors.js';
import { IdentityProviders } from './identity-providers.service.js';

const ID = { name: 'id', description: 'Id of the identity provider.', example: 'idp_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { provider_exists } = IDENTITY_PROVIDERS_PROBLEMS;
const { operator_only } = ADMINISTRATION_PROBLEMS;

/** Where everybody may sign in, whatever their organization. */
@ApiTags('Management: identity providers')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/identity-providers')
export class PlatformIdentityProvidersController {
  constructor(private readonly providers: IdentityProviders) {}

  @Post()
  @RequireScopes('write:identity-providers')
  @Idempotent()
  @ApiOperation({
    operationId: 'createPlatformIdentityProvider',
    summary: 'Add an identity provider of the platform',
    description:
      'Anybody may sign in by it. Register `redirect_uri` of the answer there. Rules let people in who are not members yet, each into the organization it names. Operators only.',
  })
  @ApiCreatedResponse({ type: IdentityProviderDocument })
  @ApiProblems({ operator_only, ...IDENTITY_PROVIDERS_PROBLEMS }, 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Body() body: CreateIdentityProvider,
  ): Promise<IdentityProviderDocument> {
    return this.providers.create(caller, submission, null, body);
  }

  @Get()
  @RequireScopes('read:identity-providers')
  @ApiOperation({
    operationId: 'listPlatformIdentityProviders',
    summary: 'List the identity providers of the platform',
    description: 'Newest first. Operators only.',
  })
  @ApiOkResponse({ type: IdentityProviderList })
  @ApiProblems({ operator_only })
  list(@Caller() caller: Caller, @Query() query: ListQuery): Promise<ListDocument<IdentityProviderDocument>> {
    return this.providers.list(caller, null, query);
  }

  @Get(':id')
  @RequireScopes('read:identity-providers')
  @ApiOperation({
    operationId: 'getPlatformIdentityProvider',
    summary: 'Get an identity provider of the platform',
    description: 'Without its client secret. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: IdentityProviderDocument })
  @ApiProblems({ operator_only }, 'not_found')
  get(@Caller() caller: Caller, @Param('id', new IdPipe('idp')) id: string): Promise<IdentityProviderDocument> {
    return this.providers.get(caller, null, id);
  }

  @Patch(':id')
  @RequireScopes('write:identity-providers')
  @ApiOperation({
    operationId: 'updatePlatformIdentityProvider',
    summary: 'Change an identity provider of the platform',
    description:
      'Changes the fields that are sent; `rules` replaces all rules. With another issuer the client secret is asked for again. With another issuer or client id the sessions that began with it end. While it is disabled, the sessions that began with it do not count. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: IdentityProviderDocument })
  @ApiProblems({ operator_only, provider_exists }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('idp')) id: string,
    @Body() body: UpdateIdentityProvider,
  ): Promise<IdentityProviderDocument> {
    return this.providers.update(caller, origin, { owner: null, id }, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:identity-providers')
  @ApiOperation({
    operationId: 'deletePlatformIdentityProvider',
    summary: 'Delete an identity provider of the platform',
    description: 'Nobody signs in by it any more, and the sessions that began with it end. Members stay members. Operators only.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({ operator_only }, 'not_found')
  delete(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('idp')) id: string): Promise<void> {
    return this.providers.delete(caller, origin, null, id);
  }
}
