import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ClientAuthenticated } from '@countersign/guards';
import { InZone } from '../../platform/http/index.js';
import { OAuthErrorResponses, readOAuthRequest } from '../endpoint/index.js';
import { DeviceAuthorization } from './device-authorization.service.js';
import { DeviceAuthorizationDocument, DeviceAuthorizationForm } from './dto/device-authorization.dto.js';

@ApiTags('OAuth')
@InZone('external')
@Controller('oauth')
export class DeviceAuthorizationController {
  constructor(private readonly devices: DeviceAuthorization) {}

  @Post('device_authorization')
  @HttpCode(200)
  @ClientAuthenticated()
  @ApiOperation({
    operationId: 'authorizeDevice',
    summary: 'Ask for access from a device without a browser',
    description:
      'RFC 8628, for apps whose `grant_types` have it. Show `user_code` and `verification_uri`, and ask /oauth/token with `device_code` every `interval` seconds until the person has answered.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: DeviceAuthorizationForm })
  @ApiOkResponse({ type: DeviceAuthorizationDocument })
  @OAuthErrorResponses()
  begin(@Req() request: FastifyRequest): Promise<DeviceAuthorizationDocument> {
    return this.devices.begin(readOAuthRequest(request, 'external'));
  }
}
