import { Controller, Get, HttpCode, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { ApiProblems, IdPipe } from '../../directory/administration/index.js';
import { InZone } from '../../platform/http/index.js';
import { SESSIONS_PROBLEMS } from '../sessions/index.js';
import { ProviderSignInQuery } from './dto/provider-query.dto.js';
import { PROVIDER_SIGN_IN_PROBLEMS } from './provider-sign-in.errors.js';
import { ProviderSignInRedirects } from './provider-sign-in-redirects.js';

const ID = { name: 'id', description: 'Id of the identity provider.', example: 'idp_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { provider_unavailable } = PROVIDER_SIGN_IN_PROBLEMS;
const { embedded_request } = SESSIONS_PROBLEMS;

@ApiTags('Sign-in')
@InZone('external')
@Controller('login')
export class ProviderSignInController {
  constructor(private readonly redirects: ProviderSignInRedirects) {}

  @Get('providers/:id')
  @HttpCode(303)
  @Public()
  @ApiOperation({
    operationId: 'beginProviderSignIn',
    summary: 'Sign in at another provider',
    description: 'Sends the browser there. What comes back counts in this browser only, once, and for ten minutes.',
  })
  @ApiParam(ID)
  @ApiResponse({ status: 303, description: 'Location is the authorization endpoint of the other provider.' })
  @ApiProblems({ embedded_request, provider_unavailable }, 'not_found', 'rate_limited')
  begin(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id', new IdPipe('idp')) id: string,
    @Query() query: ProviderSignInQuery,
  ): Promise<void> {
    return this.redirects.begin({ request, reply }, id, query);
  }

  @Get('callback/:id')
  @HttpCode(303)
  @Public()
  @ApiOperation({
    operationId: 'finishProviderSignIn',
    summary: 'Come back from another provider',
    description: 'The redirect URI that is registered there. Begins a session for who is a member, or is let in by a rule.',
  })
  @ApiParam(ID)
  @ApiResponse({ status: 303, description: 'Signed in; Location says where to go on.' })
  @ApiProblems({ ...PROVIDER_SIGN_IN_PROBLEMS, embedded_request }, 'not_found', 'rate_limited')
  finish(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id', new IdPipe('idp')) id: string,
  ): Promise<void> {
    return this.redirects.finish({ request, reply }, id);
  }
}
