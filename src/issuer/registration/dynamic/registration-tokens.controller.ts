import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../../../directory/administration/index.js';
import type { AuditOrigin } from '../../../platform/audit/index.js';
import { InZone, Origin } from '../../../platform/http/index.js';
import { Idempotent, Submission } from '../../../platform/idempotency/index.js';
import { CreateRegistrationToken, MintedRegistrationToken, RegistrationTokenList } from './dto/registration-token.dto.js';
import { RegistrationTokens } from './registration-tokens.service.js';

@ApiTags('Management: apps')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/registration-tokens')
export class RegistrationTokensController {
  constructor(private readonly tokens: RegistrationTokens) {}

  @Post()
  @RequireScopes('write:apps')
  @Idempotent()
  @ApiOperation({
    operationId: 'createRegistrationToken',
    summary: 'Create an initial access token',
    description:
      'With it programs register apps at /oauth/register (RFC 7591 §3), as often as it says, where DYNAMIC_REGISTRATION is token. It is shown once. Operators only.',
  })
  @ApiCreatedResponse({ type: MintedRegistrationToken })
  @ApiProblems(ADMINISTRATION_PROBLEMS, 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Body() body: CreateRegistrationToken,
  ): Promise<MintedRegistrationToken> {
    return this.tokens.create(caller, submission, body);
  }

  @Get()
  @RequireScopes('read:apps')
  @ApiOperation({
    operationId: 'listRegistrationTokens',
    summary: 'List the initial access tokens',
    description: 'Without the tokens, newest first; those that have ended stay for a week. Operators only.',
  })
  @ApiOkResponse({ type: RegistrationTokenList })
  @ApiProblems(ADMINISTRATION_PROBLEMS)
  list(@Caller() caller: Caller): Promise<RegistrationTokenList> {
    return this.tokens.list(caller);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:apps')
  @ApiOperation({
    operationId: 'deleteRegistrationToken',
    summary: 'Delete an initial access token',
    description: 'It stops working at once; apps that were registered with it stay. Operators only.',
  })
  @ApiParam({ name: 'id', description: 'Id of the token.', example: 'rgt_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems(ADMINISTRATION_PROBLEMS, 'not_found')
  delete(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('rgt')) id: string): Promise<void> {
    return this.tokens.delete(caller, origin, id);
  }
}
