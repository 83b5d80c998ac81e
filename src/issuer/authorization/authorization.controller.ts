import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiHeader, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClientAuthenticated, Public } from '@countersign/guards';
import { CrossOrigin, InZone } from '../../platform/http/index.js';
import { DPOP_HEADER, OAuthErrorResponses, readOAuthRequest } from '../endpoint/index.js';
import { AuthorizationEndpoint } from './authorization-endpoint.js';
import { AuthorizationForm, AuthorizationQuery, PushedRequestDocument, PushedRequestForm } from './dto/authorization.dto.js';
import { PushedRequests, type PushedAnswer } from './pushed-requests.service.js';

const FORM = 'application/x-www-form-urlencoded';
const SEE_OTHER = {
  status: 303,
  description: 'To the sign-in or consent page, or back to the app with `code` or `error`; `iss` is in every answer.',
};
const ERROR_PAGE = {
  status: 400,
  description: 'A page for the person: the app or its redirect URI is not known, or nobody has reviewed the app yet.',
};
const DESCRIPTION =
  'RFC 6749 §4.1 with PKCE (S256) for every app. The browser of a person is sent here; they sign in, choose what the app may do, and are sent back with a code that is good for 60 seconds.';

@ApiTags('OAuth')
@InZone('external')
@Controller('oauth')
export class AuthorizationController {
  constructor(
    private readonly endpoint: AuthorizationEndpoint,
    private readonly pushed: PushedRequests,
  ) {}

  @Get('authorize')
  @Public()
  @ApiOperation({ operationId: 'authorize', summary: 'Ask a person for access', description: DESCRIPTION })
  @AuthorizationQuery()
  @ApiProduces('text/html')
  @ApiResponse(SEE_OTHER)
  @ApiResponse(ERROR_PAGE)
  byGet(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(request, reply);
  }

  @Post('authorize')
  @HttpCode(303)
  @Public()
  @ApiOperation({ operationId: 'authorizeByForm', summary: 'Ask a person for access, by a form', description: DESCRIPTION })
  @ApiConsumes(FORM)
  @ApiBody({ type: AuthorizationForm })
  @ApiProduces('text/html')
  @ApiResponse(SEE_OTHER)
  @ApiResponse(ERROR_PAGE)
  byPost(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(request, reply);
  }

  @Post('par')
  @CrossOrigin()
  @HttpCode(201)
  @ClientAuthenticated()
  @ApiOperation({
    operationId: 'pushAuthorizationRequest',
    summary: 'Leave an authorization request',
    description: 'RFC 9126. Send the browser to /oauth/authorize with `client_id` and the `request_uri` of the answer, within 60 seconds.',
  })
  @ApiConsumes(FORM)
  @ApiBody({ type: PushedRequestForm })
  @ApiHeader(DPOP_HEADER)
  @ApiCreatedResponse({ type: PushedRequestDocument })
  @OAuthErrorResponses()
  push(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<PushedAnswer> {
    return this.pushed.push(readOAuthRequest(request, 'external'), (headers) => void reply.headers(headers));
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const outcome = await this.endpoint.answer(request, reply);
    // What is told to a person is drawn where errors become answers.
    if ('error' in outcome) throw outcome.error;
    // HTTP-11: 303, so that a browser never sends a form on. Attack 32: nobody behind the link learns of the request.
    void reply.status(303).headers({ location: outcome.location, 'referrer-policy': 'no-referrer' }).send();
  }
}
