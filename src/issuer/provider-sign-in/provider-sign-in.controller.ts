import { Controller, Get, HttpCode, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { ApiProblems, IdPipe } from '../../directory/administration/index.js';
import { InZone } from '../../platform/http/index.js';
import { SESSIONS_PROBLEMS } from '../sessions/index.js';
import { PROVIDER_SIGN_IN_PROBLEMS } from './provider-sign-in.errors.js';
import { ProviderSignInForms } from './provider-sign-in-forms.js';

const ID = { name: 'id', description: 'Id of the identity provider.', example: 'idp_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { embedded_request } = SESSIONS_PROBLEMS;

/** Where another provider sends people back. The pages that lead there are another area's. */
@ApiTags('Sign-in')
@InZone('external')
@Controller('login')
export class ProviderSignInController {
  constructor(private readonly forms: ProviderSignInForms) {}

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
    return this.forms.finish({ request, reply }, id);
  }
}
