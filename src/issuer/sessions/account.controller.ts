import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems, IdPipe } from '../../directory/administration/index.js';
import { InZone } from '../../platform/http/index.js';
import { AccountForms } from './account-forms.js';
import { BySession } from './by-session.decorator.js';
import { ChangePasswordForm, CsrfForm } from './dto/forms.dto.js';
import { SessionList } from './dto/session.dto.js';
import { SESSIONS_PROBLEMS } from './sessions.errors.js';

const FORM = 'application/x-www-form-urlencoded';
const { form_expired, sign_in_refused, sign_in_required } = SESSIONS_PROBLEMS;
const SEE_OTHER = { status: 303, description: 'Done; Location says where to go on.' };

/** What people do with their own sessions and password. The session's cookie is what counts here, never a token. */
@ApiTags('Sign-in')
@InZone('external')
@Controller('account')
export class AccountController {
  constructor(private readonly forms: AccountForms) {}

  @Get('sessions')
  @BySession()
  @ApiOperation({ operationId: 'listOwnSessions', summary: 'My sessions', description: 'Those that have not ended, newest first.' })
  @ApiOkResponse({ type: SessionList })
  @ApiProblems({ sign_in_required })
  list(@Req() request: FastifyRequest): Promise<SessionList> {
    return this.forms.list(request);
  }

  @Post('sessions/end-others')
  @HttpCode(303)
  @BySession()
  @ApiOperation({ operationId: 'endOtherSessions', summary: 'End my other sessions', description: 'All but the one of this browser.' })
  @ApiConsumes(FORM)
  @ApiBody({ type: CsrfForm })
  @ApiResponse(SEE_OTHER)
  @ApiProblems({ form_expired, sign_in_required })
  endOthers(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    return this.forms.endOthers({ request, reply });
  }

  @Post('sessions/:id/end')
  @HttpCode(303)
  @BySession()
  @ApiOperation({
    operationId: 'endOwnSession',
    summary: 'End one of my sessions',
    description: 'It counts no more from the next request on.',
  })
  @ApiParam({ name: 'id', description: 'Id of the session.', example: 'ses_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiConsumes(FORM)
  @ApiBody({ type: CsrfForm })
  @ApiResponse(SEE_OTHER)
  @ApiProblems({ form_expired, sign_in_required }, 'not_found')
  end(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id', new IdPipe('ses')) id: string,
  ): Promise<void> {
    return this.forms.endSession({ request, reply }, id);
  }

  @Post('password')
  @HttpCode(303)
  @BySession()
  @ApiOperation({
    operationId: 'changeOwnPassword',
    summary: 'Change my password',
    description: 'Ends all of my sessions, and begins a new one in this browser.',
  })
  @ApiConsumes(FORM)
  @ApiBody({ type: ChangePasswordForm })
  @ApiResponse(SEE_OTHER)
  @ApiProblems({ form_expired, sign_in_refused, sign_in_required }, 'validation_failed', 'rate_limited')
  changePassword(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    return this.forms.changePassword({ request, reply });
  }
}
