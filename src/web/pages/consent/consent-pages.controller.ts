import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { ApiProblems } from '../../../directory/administration/index.js';
import { AUTHORIZATION_PROBLEMS, ConsentForm } from '../../../issuer/authorization/index.js';
import { SESSIONS_PROBLEMS } from '../../../issuer/sessions/index.js';
import { InZone } from '../../../platform/http/index.js';
import { Consent } from './consent.js';

const { form_expired } = SESSIONS_PROBLEMS;

@ApiTags('Sign-in')
@InZone('external')
@Controller('consent')
export class ConsentPagesController {
  constructor(private readonly consent: Consent) {}

  @Get()
  @Public()
  @ApiExcludeEndpoint()
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Record<string, unknown>): Promise<void> {
    return this.consent.show({ request, reply }, query);
  }

  @Post()
  @HttpCode(303)
  @Public()
  @ApiOperation({
    operationId: 'answerConsent',
    summary: 'Answer what an app asks for',
    description:
      'Keeps what was allowed and sends the browser back to the app, with a code or with `access_denied`. Each request is answered once. A browser is sent there by a page that goes on by itself, everybody else by a redirect.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: ConsentForm })
  @ApiResponse({ status: 303, description: 'Back to the app.' })
  @ApiProblems({ form_expired, ...AUTHORIZATION_PROBLEMS }, 'validation_failed')
  answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.consent.answer({ request, reply });
  }
}
