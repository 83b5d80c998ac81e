import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ClientAuthenticated } from '@countersign/guards';
import type { Zone } from '@countersign/oauth';
import { CrossOrigin, InZone, RequestZone } from '../../platform/http/index.js';
import { OAuthErrorResponses, readOAuthRequest } from '../endpoint/index.js';
import { RevocationEndpoint } from './revocation-endpoint.js';

class RevocationForm {
  @ApiProperty({ description: 'The token to give back.' })
  token!: string;
  @ApiPropertyOptional({ example: 'access_token', description: 'A hint; a wrong one does no harm.' })
  token_type_hint?: string;
  @ApiPropertyOptional({ example: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc' })
  client_id?: string;
  @ApiPropertyOptional({ format: 'password' })
  client_secret?: string;
}

@ApiTags('OAuth')
@InZone('external', 'internal')
@Controller('oauth')
export class RevocationController {
  constructor(private readonly endpoint: RevocationEndpoint) {}

  @Post('revoke')
  @CrossOrigin()
  @HttpCode(200)
  @ClientAuthenticated()
  @ApiOperation({
    operationId: 'revokeToken',
    summary: 'Revoke a token',
    description:
      'RFC 7009. The guards of the answering process refuse it at once, those of other replicas within 2 s. Unknown and expired tokens are 200 too.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: RevocationForm })
  @ApiOkResponse({ description: 'Empty body.' })
  @OAuthErrorResponses()
  revoke(@Req() request: FastifyRequest, @RequestZone() zone: Zone): Promise<void> {
    return this.endpoint.revoke(readOAuthRequest(request, zone));
  }
}
