import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ApiProblems, IdPipe } from '../administration/index.js';
import { CREDENTIALS_PROBLEMS, MintedSecretDocument, SecretList } from '../credentials/index.js';
import { ORGS_PROBLEMS } from '../orgs/index.js';
import { RotateSecret } from './dto/rotate-secret.dto.js';
import { ServicePrincipalSecrets } from './service-principal-secrets.service.js';
import { SERVICE_PRINCIPALS_PROBLEMS } from './service-principals.errors.js';

const ORG_ID = { name: 'org_id', description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' };
const ID = { name: 'id', description: 'Id of the service principal.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { org_suspended } = ORGS_PROBLEMS;

@ApiTags('Management: service principals')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/orgs/:org_id/service-principals/:id/secrets')
export class ServicePrincipalSecretsController {
  constructor(private readonly secrets: ServicePrincipalSecrets) {}

  @Post()
  @RequireScopes('write:service-principals')
  @Idempotent()
  @ApiOperation({
    operationId: 'rotateServicePrincipalSecret',
    summary: 'Rotate the secret of a service principal',
    description:
      'Makes a new secret, shown once. The present ones keep working for `grace_seconds` (24 hours unless you say otherwise), then end. ' +
      'If two are live already, the oldest ends at once. With `keep_existing` the new secret stands beside the present one; at most two are live. ' +
      'You need the rights of the principal yourself, because whoever holds its secret can act as it.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiCreatedResponse({ type: MintedSecretDocument })
  @ApiProblems({ ...SERVICE_PRINCIPALS_PROBLEMS, ...CREDENTIALS_PROBLEMS, org_suspended }, 'not_found', 'validation_failed')
  rotate(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('sp')) id: string,
    @Body() body: RotateSecret,
  ): Promise<MintedSecretDocument> {
    return this.secrets.rotate(caller, submission, { orgId, id }, body);
  }

  @Get()
  @RequireScopes('read:service-principals')
  @ApiOperation({
    operationId: 'listServicePrincipalSecrets',
    summary: 'List the secrets of a service principal',
    description: 'Newest first, without the secrets themselves. Ended ones stay in the list for 30 days.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: SecretList })
  @ApiProblems({}, 'not_found')
  list(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('sp')) id: string,
  ): Promise<SecretList> {
    return this.secrets.list(caller, { orgId, id });
  }

  @Delete(':secret_id')
  @HttpCode(204)
  @RequireScopes('write:service-principals')
  @ApiOperation({
    operationId: 'deleteServicePrincipalSecret',
    summary: 'Delete a secret of a service principal',
    description: 'It stops working at once, and tokens that were got with it are refused.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiParam({ name: 'secret_id', description: 'Id of the secret.', example: 'sec_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({}, 'not_found')
  delete(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('sp')) id: string,
    @Param('secret_id', new IdPipe('sec')) secretId: string,
  ): Promise<void> {
    return this.secrets.delete(caller, origin, { orgId, id }, secretId);
  }
}
