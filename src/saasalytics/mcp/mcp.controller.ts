import { Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller, ProtectedResource, RequireScopesOf } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { CrossOrigin, InZone, Origin } from '../../platform/http/index.js';
import { DocumentedProblems } from '../documented-problems.decorator.js';
import { MCP_REQUEST, MCP_RESPONSE } from './mcp.documents.js';
import { McpEndpoint } from './mcp-endpoint.js';
import { McpOriginGuard } from './mcp-origin.guard.js';
import { MCP_OPERATIONS, operationOf } from './operations.js';

@InZone('external')
@ProtectedResource('mcp')
@ApiTags('Saasalytics: MCP')
@Controller('mcp')
export class McpController {
  constructor(private readonly endpoint: McpEndpoint) {}

  @Post()
  @HttpCode(200)
  @CrossOrigin()
  @RequireScopesOf(operationOf, MCP_OPERATIONS)
  @UseGuards(McpOriginGuard)
  @ApiOperation({
    operationId: 'callMcp',
    summary: 'Call the MCP server',
    description:
      'The Model Context Protocol, version 2026-07-28 and those of 2025, for AI agents: point an MCP client at this address and it finds the rest. One JSON-RPC message for each request, ' +
      'without sessions. Every call of a tool needs the scopes of that tool, which tools/list names; connecting and listing need a token for this API and no scope.',
  })
  @ApiBody(MCP_REQUEST)
  @ApiOkResponse(MCP_RESPONSE)
  @DocumentedProblems('malformed_request', 'payload_too_large', 'unsupported_media_type', 'service_unavailable')
  async call(
    @Caller() caller: Caller,
    @Req() request: FastifyRequest,
    @Origin() origin: AuditOrigin,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    await reply.send(await this.endpoint.answer(request, { caller, origin }, gone.signal));
  }
}
