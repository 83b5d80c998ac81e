import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../administration/index.js';
import { CREDENTIALS_PROBLEMS, MintedSecretDocument, SecretList } from '../credentials/index.js';
import { ApiCredentials } from './api-credentials.service.js';
import { CreateApiCredential } from './dto/api-credential.dto.js';

const API_ID = { name: 'id', description: 'Id of the API.', example: 'api_01kamx4f5ye8wvq3m2ts6dgn0h' };

@ApiTags('Management: APIs')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/apis/:id/credentials')
export class ApiCredentialsController {
  constructor(private readonly credentials: ApiCredentials) {}

  @Post()
  @RequireScopes('write:apis')
  @Idempotent()
  @ApiOperation({
    operationId: 'createApiCredential',
    summary: 'Create a credential of an API',
    description:
      'A secret for the guards of the API, for introspection, the revocation feed and usage reports. The client id is the id of the API. At most two live ones. Operators only.',
  })
  @ApiParam(API_ID)
  @ApiCreatedResponse({ type: MintedSecretDocument })
  @ApiProblems({ ...CREDENTIALS_PROBLEMS, ...ADMINISTRATION_PROBLEMS }, 'not_found', 'validation_failed')
  create(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('id', new IdPipe('api')) id: string,
    @Body() body: CreateApiCredential,
  ): Promise<MintedSecretDocument> {
    return this.credentials.create(caller, submission, id, body);
  }

  @Get()
  @RequireScopes('write:apis')
  @ApiOperation({
    operationId: 'listApiCredentials',
    summary: 'List the credentials of an API',
    description: 'Without the secrets. Operators only.',
  })
  @ApiParam(API_ID)
  @ApiOkResponse({ type: SecretList })
  @ApiProblems(ADMINISTRATION_PROBLEMS, 'not_found')
  list(@Caller() caller: Caller, @Param('id', new IdPipe('api')) id: string): Promise<SecretList> {
    return this.credentials.list(caller, id);
  }

  @Delete(':credential_id')
  @HttpCode(204)
  @RequireScopes('write:apis')
  @ApiOperation({
    operationId: 'deleteApiCredential',
    summary: 'Delete a credential of an API',
    description: 'It stops working at once. Operators only.',
  })
  @ApiParam(API_ID)
  @ApiParam({ name: 'credential_id', description: 'Id of the credential.', example: 'sec_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems(ADMINISTRATION_PROBLEMS, 'not_found')
  delete(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('api')) id: string,
    @Param('credential_id', new IdPipe('sec')) credentialId: string,
  ): Promise<void> {
    return this.credentials.delete(caller, origin, id, credentialId);
  }
}
