import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../administration/index.js';
import { SERVICE_PRINCIPALS_PROBLEMS } from '../service-principals/index.js';
import { TrustedIssuerDocument, TrustedIssuerList } from './dto/trusted-issuer.dto.js';
import { CreateTrustedIssuer, UpdateTrustedIssuer } from './dto/write-trusted-issuer.dto.js';
import { TRUSTED_ISSUERS_PROBLEMS } from './trusted-issuers.errors.js';
import { TrustedIssuers } from './trusted-issuers.service.js';

const ID = { name: 'id', description: 'Id of the trusted issuer.', example: 'iss_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { grant_not_assignable } = SERVICE_PRINCIPALS_PROBLEMS;
const { issuer_already_trusted } = TRUSTED_ISSUERS_PROBLEMS;
const { operator_only } = ADMINISTRATION_PROBLEMS;

/** Whose tokens the platform trusts, for principals that belong to no organization. */
@ApiTags('Management: trusted issuers')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/trusted-issuers')
export class PlatformTrustedIssuersController {
  constructor(private readonly issuers: TrustedIssuers) {}

  @Post()
  @RequireScopes('write:trusted-issuers')
  @Idempotent()
  @ApiOperation({
    operationId: 'createPlatformTrustedIssuer',
    summary: 'Trust an issuer for the platform',
    description:
      'For principals that belong to no organization. The tokens carry the issuer of the zone of the principal as their only audience. Operators only.',
  })
  @ApiCreatedResponse({ type: TrustedIssuerDocument })
  @ApiProblems({ grant_not_assignable, operator_only, ...TRUSTED_ISSUERS_PROBLEMS }, 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Body() body: CreateTrustedIssuer,
  ): Promise<TrustedIssuerDocument> {
    return this.issuers.create(caller, submission, null, body);
  }

  @Get()
  @RequireScopes('read:trusted-issuers')
  @ApiOperation({
    operationId: 'listPlatformTrustedIssuers',
    summary: 'List the trusted issuers of the platform',
    description: 'Newest first. Operators only.',
  })
  @ApiOkResponse({ type: TrustedIssuerList })
  @ApiProblems({ operator_only })
  list(@Caller() caller: Caller, @Query() query: ListQuery): Promise<ListDocument<TrustedIssuerDocument>> {
    return this.issuers.list(caller, null, query);
  }

  @Get(':id')
  @RequireScopes('read:trusted-issuers')
  @ApiOperation({
    operationId: 'getPlatformTrustedIssuer',
    summary: 'Get a trusted issuer of the platform',
    description: 'With its rules, and with warnings where one may let in more than you mean. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: TrustedIssuerDocument })
  @ApiProblems({ operator_only }, 'not_found')
  get(@Caller() caller: Caller, @Param('id', new IdPipe('iss')) id: string): Promise<TrustedIssuerDocument> {
    return this.issuers.get(caller, null, id);
  }

  @Patch(':id')
  @RequireScopes('write:trusted-issuers')
  @ApiOperation({
    operationId: 'updatePlatformTrustedIssuer',
    summary: 'Change a trusted issuer of the platform',
    description:
      'Changes the fields that are sent. `rules` replaces all rules: those that stay word for word keep their id, and the tokens of the others are refused. Other keys or another issuer end all tokens got before. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: TrustedIssuerDocument })
  @ApiProblems({ grant_not_assignable, issuer_already_trusted, operator_only }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('iss')) id: string,
    @Body() body: UpdateTrustedIssuer,
  ): Promise<TrustedIssuerDocument> {
    return this.issuers.update(caller, origin, { owner: null, id }, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:trusted-issuers')
  @ApiOperation({
    operationId: 'deletePlatformTrustedIssuer',
    summary: 'Delete a trusted issuer of the platform',
    description: 'Its tokens count no more, and what was got with them is refused at once. Operators only.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({ operator_only }, 'not_found')
  delete(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('iss')) id: string): Promise<void> {
    return this.issuers.delete(caller, origin, null, id);
  }
}
