import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { InZone, KeepsRawBody } from '../../../platform/http/index.js';
import { ApiProblems } from '../../administration/index.js';
import { API_KEYS_PROBLEMS } from '../api-keys.errors.js';
import { FoundSecret, SecretVerdict } from './secret-scanning.documents.js';
import { SecretScanning } from './secret-scanning.service.js';

const { report_not_signed } = API_KEYS_PROBLEMS;

/** For the programs that look for secrets in public places. The signature of the report is what counts here, never a token. */
@ApiTags('Secret scanning')
@InZone('external')
@Controller('secret-scanning')
export class SecretScanningController {
  constructor(private readonly scanning: SecretScanning) {}

  @Post('reports')
  @HttpCode(200)
  @Public()
  @KeepsRawBody()
  @ApiOperation({
    operationId: 'reportLeakedKeys',
    summary: 'Report leaked keys',
    description:
      "In the form of GitHub's secret scanning partner program: a list, signed with ECDSA over P-256 and SHA-256 by a scanner that the operator trusts. API keys and personal access tokens in it are revoked; administrators of their organization find an audit event `api_key.revoked` with the reason `leaked`. 404 where no scanner is configured.",
  })
  @ApiHeader({ name: 'Github-Public-Key-Identifier', required: true, description: 'Name of the public key.', example: '90a4…' })
  @ApiHeader({
    name: 'Github-Public-Key-Signature',
    required: true,
    description: 'Signature of the body, DER in base64.',
    example: 'MEUC…',
  })
  @ApiBody({ type: [FoundSecret] })
  @ApiOkResponse({ type: [SecretVerdict] })
  @ApiProblems({ report_not_signed }, 'malformed_request', 'not_found', 'service_unavailable')
  report(@Req() request: FastifyRequest): Promise<SecretVerdict[]> {
    return this.scanning.hear(request);
  }
}
