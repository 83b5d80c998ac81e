import { applyDecorators, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiOperation,
  ApiProduces,
  ApiProperty,
  ApiPropertyOptional,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { InZone } from '../../platform/http/index.js';
import { LogoutEndpoint } from './logout-endpoint.js';

const FIELDS = {
  id_token_hint: 'An ID token that the app got, expired or not. One of this very session signs out without a question.',
  client_id: 'Id of the app; needed where there is no id_token_hint.',
  post_logout_redirect_uri: 'One that the app has registered, letter by letter.',
  state: 'Comes back to the app; at most 2048 bytes.',
};
const DESCRIPTION =
  'OpenID Connect RP-Initiated Logout. Ends the session of this browser here, asking the person first unless `id_token_hint` is of this very session. It ends nothing else: what was allowed to apps stays, and so do their tokens and their own sessions.';

/** For the API documentation only. */
class LogoutForm {
  @ApiPropertyOptional({ description: FIELDS.id_token_hint })
  id_token_hint?: string;
  @ApiPropertyOptional({ description: FIELDS.client_id, example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  client_id?: string;
  @ApiPropertyOptional({ description: FIELDS.post_logout_redirect_uri, example: 'https://charts.example/' })
  post_logout_redirect_uri?: string;
  @ApiProperty({ required: false, description: FIELDS.state, example: 'af0ifjsldkj' })
  state?: string;
}

function Answers(): MethodDecorator {
  return applyDecorators(
    ApiProduces('text/html'),
    ApiResponse({ status: 303, description: 'To the page that asks, to the app, or to the page that says that it is done.' }),
    ApiResponse({ status: 400, description: 'A page for the person: the app asked for what it may not. Nothing was ended.' }),
  );
}

@ApiTags('OpenID Connect')
@InZone('external')
@Controller('oauth/logout')
export class LogoutController {
  constructor(private readonly endpoint: LogoutEndpoint) {}

  @Get()
  @Public()
  @ApiOperation({ operationId: 'endSession', summary: 'Sign a person out', description: DESCRIPTION })
  @ApiQuery({ name: 'id_token_hint', required: false, description: FIELDS.id_token_hint })
  @ApiQuery({ name: 'client_id', required: false, description: FIELDS.client_id, example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @ApiQuery({
    name: 'post_logout_redirect_uri',
    required: false,
    description: FIELDS.post_logout_redirect_uri,
    example: 'https://charts.example/',
  })
  @ApiQuery({ name: 'state', required: false, description: FIELDS.state, example: 'af0ifjsldkj' })
  @Answers()
  byGet(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(request, reply);
  }

  @Post()
  @HttpCode(303)
  @Public()
  @ApiOperation({ operationId: 'endSessionByForm', summary: 'Sign a person out, by a form', description: DESCRIPTION })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: LogoutForm })
  @Answers()
  byPost(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(request, reply);
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const location = await this.endpoint.answer(request, reply);
    void reply.status(303).headers({ location, 'referrer-policy': 'no-referrer' }).send();
  }
}
