import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { ApiProblems } from '../../directory/administration/index.js';
import { InZone } from '../../platform/http/index.js';
import { AUTHORIZATION_PROBLEMS } from './authorization.errors.js';
import { ConsentForms } from './consent-forms.js';
import { ConsentStateDocument } from './dto/consent-state.dto.js';

const { authorization_refused, interaction_ended } = AUTHORIZATION_PROBLEMS;

/** What the consent page shows, for programs. The page itself, and where it sends its form, are another area's. */
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
    description:
      'In the words of the scope catalogue, with the token for the form of this browser. For programs and tests: the page draws by itself and does not ask it. No page of another origin may read it.',
  })
  @ApiQuery({ name: 'interaction', required: true, description: 'Of the address of the page.', example: 'n2Q1c3…' })
  @ApiOkResponse({ type: ConsentStateDocument })
  @ApiProblems({ authorization_refused, interaction_ended })
  state(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('interaction') interaction: unknown,
  ): Promise<ConsentStateDocument> {
    return this.forms.state(request, reply, String(interaction));
  }
}
