import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { ApiProblems } from '../../directory/administration/index.js';
import { ORGS_PROBLEMS } from '../../directory/orgs/index.js';
import { USERS_PROBLEMS } from '../../directory/users/index.js';
import { InZone } from '../../platform/http/index.js';
import { JoinAsForm, JoinForm, ResetPasswordForm, SignInForm, SignOutForm } from './dto/forms.dto.js';
import { SignInStateDocument } from './dto/session.dto.js';
import { BySession } from './by-session.decorator.js';
import { SESSIONS_PROBLEMS } from './sessions.errors.js';
import { SignInForms } from './sign-in-forms.js';

const FORM = 'application/x-www-form-urlencoded';
const { form_expired, join_link_refused, reset_link_refused, sign_in_refused, sign_in_required } = SESSIONS_PROBLEMS;
const { org_suspended } = ORGS_PROBLEMS;
const { already_joined } = USERS_PROBLEMS;
const SEE_OTHER = { status: 303, description: 'Done; Location says where to go on.' };

/** What the pages for people send. The pages themselves are another area's. */
@ApiTags('Sign-in')
@InZone('external')
@Controller()
export class SignInController {
  constructor(private readonly forms: SignInForms) {}

  @Get('login/state')
  @Public()
  @ApiOperation({
    operationId: 'getSignInState',
    summary: 'Who is signed in here',
    description:
      'And the token for the forms of this browser. For programs and tests: the pages draw by themselves and do not ask it. No page of another origin may read it.',
  })
  @ApiOkResponse({ type: SignInStateDocument })
  state(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<SignInStateDocument> {
    return this.forms.state({ request, reply });
  }

  @Post('login')
  @HttpCode(303)
  @Public()
  @ApiOperation({
    operationId: 'signIn',
    summary: 'Sign in with a password',
    description: 'Begins a new session, and ends the one that the browser had.',
  })
  @ApiConsumes(FORM)
  @ApiBody({ type: SignInForm })
  @ApiResponse(SEE_OTHER)
  @ApiProblems({ form_expired, sign_in_refused }, 'validation_failed', 'rate_limited')
  signIn(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    return this.forms.signIn({ request, reply });
  }

  @Post('login/join')
  @HttpCode(303)
  @Public()
  @ApiOperation({
    operationId: 'join',
    summary: 'Join an organization by a link',
    description: 'Whoever has a password here joins with it, everybody else chooses one. Then they are signed in.',
  })
  @ApiConsumes(FORM)
  @ApiBody({ type: JoinForm })
  @ApiResponse(SEE_OTHER)
  @ApiProblems({ form_expired, join_link_refused, sign_in_refused, already_joined, org_suspended }, 'validation_failed', 'rate_limited')
  join(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    return this.forms.join({ request, reply });
  }

  @Post('login/join/signed-in')
  @HttpCode(303)
  @BySession()
  @ApiOperation({
    operationId: 'joinSignedIn',
    summary: 'Join an organization by a link, as who is signed in',
    description: 'With the account of this session, whatever address was invited and wherever it signs in.',
  })
  @ApiConsumes(FORM)
  @ApiBody({ type: JoinAsForm })
  @ApiResponse(SEE_OTHER)
  @ApiProblems({ form_expired, join_link_refused, sign_in_required, already_joined, org_suspended }, 'validation_failed', 'rate_limited')
  joinAs(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    return this.forms.joinAs({ request, reply });
  }

  @Post('login/reset')
  @HttpCode(303)
  @Public()
  @ApiOperation({
    operationId: 'resetPassword',
    summary: 'Choose a new password by a link',
    description: 'Ends all sessions of the person, and begins a new one in this browser. Operators make the link.',
  })
  @ApiConsumes(FORM)
  @ApiBody({ type: ResetPasswordForm })
  @ApiResponse(SEE_OTHER)
  @ApiProblems({ form_expired, reset_link_refused, sign_in_refused }, 'validation_failed', 'rate_limited')
  resetPassword(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    return this.forms.resetPassword({ request, reply });
  }

  @Post('logout')
  @HttpCode(303)
  @Public()
  @ApiOperation({ operationId: 'signOut', summary: 'Sign out', description: 'Ends the session of this browser.' })
  @ApiConsumes(FORM)
  @ApiBody({ type: SignOutForm })
  @ApiResponse(SEE_OTHER)
  @ApiProblems({ form_expired })
  signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    return this.forms.signOut({ request, reply });
  }
}
