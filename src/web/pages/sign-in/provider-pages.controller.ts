import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExcludeEndpoint, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { ApiProblems, IdPipe } from '../../../directory/administration/index.js';
import { PROVIDER_SIGN_IN_PROBLEMS } from '../../../issuer/provider-sign-in/index.js';
import { SESSIONS_PROBLEMS, SignInTargetForm } from '../../../issuer/sessions/index.js';
import { InZone } from '../../../platform/http/index.js';
import { OrganizationSignIn } from './organization.js';
import { ProviderSignInPages } from './provider-sign-in.js';

const FORM = 'application/x-www-form-urlencoded';
const ID = { name: 'id', description: 'Id of the identity provider.', example: 'idp_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { form_expired } = SESSIONS_PROBLEMS;
const { provider_unavailable } = PROVIDER_SIGN_IN_PROBLEMS;

/** Pages on the way to another provider, and their forms. */
@ApiTags('Sign-in')
@InZone('external')
@Controller('login')
export class ProviderPagesController {
  constructor(
    private readonly signIns: ProviderSignInPages,
    private readonly organizations: OrganizationSignIn,
  ) {}

  @Get('providers/:id')
  @Public()
  @ApiExcludeEndpoint()
  show(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id', new IdPipe('idp')) id: string,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    return this.signIns.show({ request, reply }, id, query);
  }

  @Post('providers/:id')
  @HttpCode(303)
  @Public()
  @ApiOperation({
    operationId: 'beginProviderSignIn',
    summary: 'Sign in at another provider',
    description:
      'Sends the browser there, by a page that goes on by itself. What comes back counts in this browser only, once, and for ten minutes. How recent the sign-in must be is what the waiting request of an app asks.',
  })
  @ApiParam(ID)
  @ApiConsumes(FORM)
  @ApiBody({ type: SignInTargetForm })
  @ApiResponse({ status: 303, description: 'Location is the authorization endpoint of the other provider.' })
  @ApiProblems({ form_expired, provider_unavailable }, 'not_found', 'validation_failed', 'rate_limited')
  begin(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id', new IdPipe('idp')) id: string): Promise<void> {
    return this.signIns.begin({ request, reply }, id);
  }

  @Get('organization')
  @Public()
  @ApiExcludeEndpoint()
  showOrganization(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Record<string, unknown>): void {
    this.organizations.show({ request, reply }, query);
  }

  @Post('organization')
  @Public()
  @ApiExcludeEndpoint()
  find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.organizations.find({ request, reply });
  }
}
