import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { ApiProblems } from '../../directory/administration/index.js';
import { InZone } from '../../platform/http/index.js';
import { SESSIONS_PROBLEMS } from '../sessions/index.js';
import { AUTHORIZATION_PROBLEMS } from './authorization.errors.js';
import { ConsentForms } from './consent-forms.js';
import { ConsentForm, ConsentStateDocument } from './dto/consent-state.dto.js';

const { form_expired } = SESSIONS_PROBLEMS;

/** What the consent page asks and sends. The page itself is another area's. */
@ApiTags('Sign-in')
@InZone('external')
@Controller('consent')
export class ConsentController {
  constructor(private readonly forms: ConsentForms) {}

  @Get('state')
  @Public()
  @ApiOperation({
    operationId: 'getConsentState',
    summary: 'What an app asks for',
    description: 'In the words of the scope catalogue, with the token for the form of this browser. Answers to pages of this server only.',
  })
  @ApiQuery({ name: 'interaction', required: true, description: 'Of the address of the page.', example: 'n2Q1c3…' })
  @ApiOkResponse({ type: ConsentStateDocument })
  @ApiProblems({ interaction_ended: AUTHORIZATION_PROBLEMS.interaction_ended })
  state(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('interaction') interaction: unknown,
  ): Promise<ConsentStateDocument> {
    return this.forms.state(request, reply, String(interaction));
  }

  @Post()
  @HttpCode(303)
  @Public()
  @ApiOperation({
    operationId: 'answerConsent',
    summary: 'Answer what an app asks for',
    description:
      'Keeps what was allowed and sends the browser back to the app, with a code or with `access_denied`. Each request is answered once.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: ConsentForm })
  @ApiResponse({ status: 303, description: 'Back to the app.' })
  @ApiProblems({ form_expired, ...AUTHORIZATION_PROBLEMS }, 'validation_failed')
  async answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const location = await this.forms.answer(request);
    void reply.status(303).headers({ location, 'referrer-policy': 'no-referrer' }).send();
  }
}
