import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClientAuthenticated } from '@countersign/guards';
import type { TokenAnswer, Zone } from '@countersign/oauth';
import { CrossOrigin, InZone, noteSubject, RequestZone } from '../../platform/http/index.js';
import { DPOP_HEADER, OAuthErrorResponses, readOAuthRequest } from '../endpoint/index.js';
import { TokenDocument, TokenForm } from './token.documents.js';
import { TokenEndpoint } from './token-endpoint.js';

@ApiTags('OAuth')
@InZone('external', 'internal')
@Controller('oauth')
export class TokenController {
  constructor(private readonly endpoint: TokenEndpoint) {}

  @Post('token')
  @CrossOrigin()
  @HttpCode(200)
  @ClientAuthenticated()
  @ApiOperation({
    operationId: 'issueToken',
    summary: 'Get an access token',
    description:
      'RFC 6749 §4.4. The client authenticates by HTTP Basic, by `client_secret` in the form, or by a signed assertion. Keep the token until it is nearly expired.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: TokenForm })
  @ApiHeader(DPOP_HEADER)
  @ApiOkResponse({ type: TokenDocument })
  @OAuthErrorResponses()
  token(@Req() request: FastifyRequest, @RequestZone() zone: Zone, @Res({ passthrough: true }) reply: FastifyReply): Promise<TokenAnswer> {
    return this.endpoint.answer(
      readOAuthRequest(request, zone),
      (headers) => void reply.headers(headers),
      (subject) => noteSubject(request, subject),
    );
  }
}
