import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { InZone } from '../../platform/http/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems } from '../administration/index.js';
import { TrustMapDocument } from './dto/trust-map.dto.js';
import { TrustMapQuery } from './dto/trust-map-query.dto.js';
import { TrustMaps } from './trust-maps.service.js';

const { operator_only } = ADMINISTRATION_PROBLEMS;
const MERMAID = {
  schema: { type: 'string' },
  example: 'flowchart LR\n  n0["billing"]\n  n1["export"]\n  n0 -->|"start:export · 12 calls"| n1\n',
};

@ApiTags('Management: trust map')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/trust-map')
export class TrustMapController {
  constructor(private readonly maps: TrustMaps) {}

  @Get()
  @RequireScopes('read:trust-map')
  @ApiOperation({
    operationId: 'getTrustMap',
    summary: 'Who may call what between our services, and who does',
    description:
      'Call policies beside what guards reported and what the token endpoint refused: what is allowed and not used, what was tried and refused, what was let in and no policy allows. Reports arrive about a minute late. Operators only.',
  })
  @ApiExtraModels(TrustMapDocument)
  @ApiOkResponse({
    description: 'As JSON, or as a Mermaid flowchart.',
    content: { 'application/json': { schema: { $ref: getSchemaPath(TrustMapDocument) } }, 'text/vnd.mermaid': MERMAID },
  })
  @ApiProblems({ operator_only }, 'validation_failed')
  async get(
    @Caller() caller: Caller,
    @Query() query: TrustMapQuery,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TrustMapDocument | string> {
    const { type, body } = await this.maps.render(caller, query, accept);
    void reply.type(type).header('vary', 'accept');
    return body;
  }
}
