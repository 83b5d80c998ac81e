import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../../directory/administration/index.js';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { CERTIFICATES_PROBLEMS } from './certificates.errors.js';
import { CreateJoinToken, JoinTokenList, MintedJoinToken } from './dto/join-token.dto.js';
import { JoinTokens } from './join-tokens.service.js';

const MICROSERVICE_ID = { name: 'id', description: 'Id of the microservice.', example: 'svc_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { foreign_trust_domain } = CERTIFICATES_PROBLEMS;

@ApiTags('Management: microservices')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/microservices/:id/join-tokens')
export class JoinTokensController {
  constructor(private readonly joinTokens: JoinTokens) {}

  @Post()
  @RequireScopes('write:microservices')
  @Idempotent()
  @ApiOperation({
    operationId: 'createJoinToken',
    summary: 'Create a join token',
    description:
      'A one-time token against which the service gets its first certificate at the internal issuer (`POST /certificates`). Hand it over with the CA certificates of this answer. Operators only.',
  })
  @ApiParam(MICROSERVICE_ID)
  @ApiCreatedResponse({ type: MintedJoinToken })
  @ApiProblems({ foreign_trust_domain, ...ADMINISTRATION_PROBLEMS }, 'not_found', 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('id', new IdPipe('svc')) id: string,
    @Body() body: CreateJoinToken,
  ): Promise<MintedJoinToken> {
    return this.joinTokens.create(caller, submission, id, body);
  }

  @Get()
  @RequireScopes('read:microservices')
  @ApiOperation({
    operationId: 'listJoinTokens',
    summary: 'List the join tokens of a microservice',
    description: 'Without the tokens, newest first; those that have ended stay for a week. Operators only.',
  })
  @ApiParam(MICROSERVICE_ID)
  @ApiOkResponse({ type: JoinTokenList })
  @ApiProblems({ foreign_trust_domain, ...ADMINISTRATION_PROBLEMS }, 'not_found')
  list(@Caller() caller: Caller, @Param('id', new IdPipe('svc')) id: string): Promise<JoinTokenList> {
    return this.joinTokens.list(caller, id);
  }

  @Delete(':join_token_id')
  @HttpCode(204)
  @RequireScopes('write:microservices')
  @ApiOperation({
    operationId: 'deleteJoinToken',
    summary: 'Delete a join token',
    description: 'It stops working at once; one that was used is kept. Operators only.',
  })
  @ApiParam(MICROSERVICE_ID)
  @ApiParam({ name: 'join_token_id', description: 'Id of the join token.', example: 'jtk_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems(ADMINISTRATION_PROBLEMS, 'not_found')
  delete(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('svc')) id: string,
    @Param('join_token_id', new IdPipe('jtk')) joinTokenId: string,
  ): Promise<void> {
    return this.joinTokens.delete(caller, origin, id, joinTokenId);
  }
}
