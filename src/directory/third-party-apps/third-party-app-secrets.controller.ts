import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ApiProblems, IdPipe } from '../administration/index.js';
import { AppIdPipe } from './app-id.pipe.js';
import { CREDENTIALS_PROBLEMS, MintedSecretDocument, SecretList } from '../credentials/index.js';
import { RotateAppSecret } from './dto/rotate-app-secret.dto.js';
import { ThirdPartyAppSecrets } from './third-party-app-secrets.service.js';
import { THIRD_PARTY_APPS_PROBLEMS } from './third-party-apps.errors.js';

const ID = { name: 'id', description: 'Id of the app.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { app_without_secrets } = THIRD_PARTY_APPS_PROBLEMS;

@ApiTags('Management: apps')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/apps/:id/secrets')
export class ThirdPartyAppSecretsController {
  constructor(private readonly secrets: ThirdPartyAppSecrets) {}

  @Post()
  @RequireScopes('write:apps')
  @Idempotent()
  @ApiOperation({
    operationId: 'rotateAppSecret',
    summary: 'Rotate the secret of an app',
    description:
      'Makes a new secret, shown once. The present ones keep working for `grace_seconds` (24 hours unless you say otherwise), then end.',
  })
  @ApiParam(ID)
  @ApiCreatedResponse({ type: MintedSecretDocument })
  @ApiProblems({ ...CREDENTIALS_PROBLEMS, app_without_secrets }, 'not_found', 'validation_failed')
  rotate(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('id', AppIdPipe) id: string,
    @Body() body: RotateAppSecret,
  ): Promise<MintedSecretDocument> {
    return this.secrets.rotate(caller, submission, id, body);
  }

  @Get()
  @RequireScopes('read:apps')
  @ApiOperation({
    operationId: 'listAppSecrets',
    summary: 'List the secrets of an app',
    description: 'Newest first, without the secrets themselves.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: SecretList })
  @ApiProblems({}, 'not_found')
  list(@Caller() caller: Caller, @Param('id', AppIdPipe) id: string): Promise<SecretList> {
    return this.secrets.list(caller, id);
  }

  @Delete(':secret_id')
  @HttpCode(204)
  @RequireScopes('write:apps')
  @ApiOperation({
    operationId: 'deleteAppSecret',
    summary: 'Delete a secret of an app',
    description: 'It stops working at once, and tokens that were got with it are refused.',
  })
  @ApiParam(ID)
  @ApiParam({ name: 'secret_id', description: 'Id of the secret.', example: 'sec_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({}, 'not_found')
  delete(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', AppIdPipe) id: string,
    @Param('secret_id', new IdPipe('sec')) secretId: string,
  ): Promise<void> {
    return this.secrets.delete(caller, origin, id, secretId);
  }
}
