import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ApiProblems, IdPipe } from '../administration/index.js';
import { ORGS_PROBLEMS } from '../orgs/index.js';
import { SERVICE_PRINCIPALS_PROBLEMS } from '../service-principals/index.js';
import { TrustedIssuerDocument, TrustedIssuerList } from './dto/trusted-issuer.dto.js';
import { CreateTrustedIssuer, UpdateTrustedIssuer } from './dto/write-trusted-issuer.dto.js';
import { TRUSTED_ISSUERS_PROBLEMS } from './trusted-issuers.errors.js';
import { TrustedIssuers } from './trusted-issuers.service.js';

const ORG_ID = { name: 'org_id', description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' };
const ID = { name: 'id', description: 'Id of the trusted issuer.', example: 'iss_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { grant_not_assignable } = SERVICE_PRINCIPALS_PROBLEMS;
const { issuer_already_trusted } = TRUSTED_ISSUERS_PROBLEMS;
const { org_suspended } = ORGS_PROBLEMS;

/** Whose tokens an organization trusts. */
@ApiTags('Management: trusted issuers')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/orgs/:org_id/trusted-issuers')
export class TrustedIssuersController {
  constructor(private readonly issuers: TrustedIssuers) {}

  @Post()
  @RequireScopes('write:trusted-issuers')
  @Idempotent()
  @ApiOperation({
    operationId: 'createTrustedIssuer',
    summary: 'Trust an issuer',
    description:
      'Tokens of that issuer become a principal of the organization where a rule matches them; no secret is stored. They carry the audience `{issuer}/orgs/{org_id}` and nothing else. You need the rights of each principal yourself, because whoever decides whose tokens count can act as it.',
  })
  @ApiParam(ORG_ID)
  @ApiCreatedResponse({ type: TrustedIssuerDocument })
  @ApiProblems({ grant_not_assignable, org_suspended, ...TRUSTED_ISSUERS_PROBLEMS }, 'not_found', 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Body() body: CreateTrustedIssuer,
  ): Promise<TrustedIssuerDocument> {
    return this.issuers.create(caller, submission, orgId, body);
  }

  @Get()
  @RequireScopes('read:trusted-issuers')
  @ApiOperation({ operationId: 'listTrustedIssuers', summary: 'List the trusted issuers', description: 'Newest first.' })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: TrustedIssuerList })
  @ApiProblems({}, 'not_found')
  list(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Query() query: ListQuery,
  ): Promise<ListDocument<TrustedIssuerDocument>> {
    return this.issuers.list(caller, orgId, query);
  }

  @Get(':id')
  @RequireScopes('read:trusted-issuers')
  @ApiOperation({
    operationId: 'getTrustedIssuer',
    summary: 'Get a trusted issuer',
    description: 'With its rules, and with warnings where one may let in more than you mean.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: TrustedIssuerDocument })
  @ApiProblems({}, 'not_found')
  get(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('iss')) id: string,
  ): Promise<TrustedIssuerDocument> {
    return this.issuers.get(caller, orgId, id);
  }

  @Patch(':id')
  @RequireScopes('write:trusted-issuers')
  @ApiOperation({
    operationId: 'updateTrustedIssuer',
    summary: 'Change a trusted issuer',
    description:
      'Changes the fields that are sent. `rules` replaces all rules: those that stay word for word keep their id, and the tokens of the others are refused. Other keys or another issuer end all tokens got before.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: TrustedIssuerDocument })
  @ApiProblems({ grant_not_assignable, issuer_already_trusted }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('iss')) id: string,
    @Body() body: UpdateTrustedIssuer,
  ): Promise<TrustedIssuerDocument> {
    return this.issuers.update(caller, origin, { owner: orgId, id }, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:trusted-issuers')
  @ApiOperation({
    operationId: 'deleteTrustedIssuer',
    summary: 'Delete a trusted issuer',
    description: 'Its tokens count no more, and what was got with them is refused at once.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({}, 'not_found')
  delete(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('iss')) id: string,
  ): Promise<void> {
    return this.issuers.delete(caller, origin, orgId, id);
  }
}
