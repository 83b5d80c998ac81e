import { Controller, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClientAuthenticated } from '@countersign/guards';
import type { Zone } from '@countersign/oauth';
import { InZone, noteSubject, RequestZone } from '../../platform/http/index.js';
import { OAuthErrorResponses, readOAuthRequest } from '../endpoint/index.js';
import { wantsSignedAnswer } from './accepted-form.policy.js';
import type { IntrospectionAnswer } from './introspection-answer.js';
import { IntrospectionEndpoint } from './introspection-endpoint.js';
import { IntrospectionDocument, IntrospectionForm } from './introspection.documents.js';

const SIGNED_EXAMPLE = 'eyJhbGciOiJSUzI1NiIsInR5cCI6InRva2VuLWludHJvc3BlY3Rpb24rand0In0.eyJ0b2tlbl9pbnRyb3NwZWN0aW9uIjp7fX0.c2lnbmF0dXJl';

@ApiTags('OAuth')
@ApiExtraModels(IntrospectionDocument)
@InZone('external', 'internal')
@Controller('oauth')
export class IntrospectionController {
  constructor(private readonly endpoint: IntrospectionEndpoint) {}

  @Post('introspect')
  @HttpCode(200)
  @ClientAuthenticated()
  @ApiOperation({
    operationId: 'introspectToken',
    summary: 'Ask about a token',
    description:
      'RFC 7662. For the guards of the API that the token is for, with a credential of the API, and for the confidential client that it was issued to; everybody else is told that it is not active. A refresh token is the business of its client alone. With `Accept: application/token-introspection+jwt` the answer is signed (RFC 9701).',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: IntrospectionForm })
  @ApiOkResponse({
    description: 'What the caller may know of the token.',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(IntrospectionDocument) } },
      'application/token-introspection+jwt': { schema: { type: 'string' }, example: SIGNED_EXAMPLE },
    },
  })
  @OAuthErrorResponses()
  async introspect(
    @Req() request: FastifyRequest,
    @RequestZone() zone: Zone,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IntrospectionAnswer | string> {
    const isSigned = wantsSignedAnswer(accept);
    const answer = await this.endpoint.answer(readOAuthRequest(request, zone), {
      isSigned,
      setHeaders: (headers) => void reply.headers(headers),
      note: ({ client }) => noteSubject(request, { clientId: client.id, orgId: client.orgId }),
    });
    if (isSigned) void reply.type('application/token-introspection+jwt');
    return answer;
  }
}
