import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ApiProblems, IdPipe } from '../administration/index.js';
import { ORGS_PROBLEMS } from '../orgs/index.js';
import { IdentityProviderDocument, IdentityProviderList } from './dto/identity-provider.dto.js';
import { CreateIdentityProvider, UpdateIdentityProvider } from './dto/write-identity-provider.dto.js';
import { IDENTITY_PROVIDERS_PROBLEMS } from './identity-providers.errors.js';
import { IdentityProviders } from './identity-providers.service.js';

const ORG_ID = { name: 'org_id', description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' };
const ID = { name: 'id', description: 'Id of the identity provider.', example: 'idp_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { provider_exists } = IDENTITY_PROVIDERS_PROBLEMS;
const { org_suspended } = ORGS_PROBLEMS;

/** Where the people of an organization sign in. */
@ApiTags('Management: identity providers')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/orgs/:org_id/identity-providers')
export class IdentityProvidersController {
  constructor(private readonly providers: IdentityProviders) {}

  @Post()
  @RequireScopes('write:identity-providers')
  @Idempotent()
  @ApiOperation({
    operationId: 'createIdentityProvider',
    summary: 'Add an identity provider',
    description:
      'Any OpenID provider of the organization signs its people in. Register `redirect_uri` of the answer there. Rules let people in who are not members yet, by the domain of an address that the provider has verified.',
  })
  @ApiParam(ORG_ID)
  @ApiCreatedResponse({ type: IdentityProviderDocument })
  @ApiProblems({ org_suspended, ...IDENTITY_PROVIDERS_PROBLEMS }, 'not_found', 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Body() body: CreateIdentityProvider,
  ): Promise<IdentityProviderDocument> {
    return this.providers.create(caller, submission, orgId, body);
  }

  @Get()
  @RequireScopes('read:identity-providers')
  @ApiOperation({ operationId: 'listIdentityProviders', summary: 'List the identity providers', description: 'Newest first.' })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: IdentityProviderList })
  @ApiProblems({}, 'not_found')
  list(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Query() query: ListQuery,
  ): Promise<ListDocument<IdentityProviderDocument>> {
    return this.providers.list(caller, orgId, query);
  }

  @Get(':id')
  @RequireScopes('read:identity-providers')
  @ApiOperation({ operationId: 'getIdentityProvider', summary: 'Get an identity provider', description: 'Without its client secret.' })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: IdentityProviderDocument })
  @ApiProblems({}, 'not_found')
  get(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('idp')) id: string,
  ): Promise<IdentityProviderDocument> {
    return this.providers.get(caller, orgId, id);
  }

  @Patch(':id')
  @RequireScopes('write:identity-providers')
  @ApiOperation({
    operationId: 'updateIdentityProvider',
    summary: 'Change an identity provider',
    description:
      'Changes the fields that are sent; `rules` replaces all rules. With another issuer the client secret is asked for again. With another issuer or client id the sessions that began with it end. While it is disabled, the sessions that began with it do not count.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: IdentityProviderDocument })
  @ApiProblems({ provider_exists }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('idp')) id: string,
    @Body() body: UpdateIdentityProvider,
  ): Promise<IdentityProviderDocument> {
    return this.providers.update(caller, origin, { owner: orgId, id }, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:identity-providers')
  @ApiOperation({
    operationId: 'deleteIdentityProvider',
    summary: 'Delete an identity provider',
    description: 'Nobody signs in by it any more, and the sessions that began with it end. Members stay members.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({}, 'not_found')
  delete(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('idp')) id: string,
  ): Promise<void> {
    return this.providers.delete(caller, origin, orgId, id);
  }
}
