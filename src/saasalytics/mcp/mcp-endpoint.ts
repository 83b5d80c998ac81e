import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { createMcpHandler, type AuthInfo, type McpHttpHandler } from '@modelcontextprotocol/server';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { AccountService } from '../account/index.js';
import { CustomersService } from '../customers/index.js';
import { EventsService } from '../events/index.js';
import { MetricsService } from '../metrics/index.js';
import { ReportsService } from '../reports/index.js';
import type { McpCall, McpServices } from './mcp-call.js';
import { McpErrors } from './mcp-errors.js';
import { serverFor } from './mcp-server.js';

/** Headers that the protocol has a use for. The access token is not among them: it ends at the guard. */
const PASSED_ON = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name', 'mcp-session-id'];

/**
 * The Model Context Protocol over HTTP: 2026-07-28, and 2025 for clients that begin with `initialize`. No session and no stream outlives
 * a request, so any replica answers any request, and a revoked token opens nothing that was opened before.
 */
@Injectable()
export class McpEndpoint implements OnModuleDestroy {
  private readonly handler: McpHttpHandler;
  private readonly services: McpServices;

  constructor(
    account: AccountService,
    customers: CustomersService,
    events: EventsService,
    metrics: MetricsService,
    reports: ReportsService,
    private readonly errors: McpErrors,
  ) {
    this.services = { account, customers, events, metrics, reports };
    this.handler = createMcpHandler(({ authInfo }) => serverFor(callOf(authInfo), errors), {
      maxSubscriptions: 0,
      onerror: (error) => errors.note(error),
    });
  }

  onModuleDestroy(): Promise<void> {
    return this.handler.close();
  }

  /** @param signal says that the client is gone. @throws Problem `malformed_request` for a batch. */
  async answer(
    request: FastifyRequest,
    { caller, origin }: { caller: Caller; origin: AuditOrigin },
    signal: AbortSignal,
  ): Promise<Response> {
    const { body } = request;
    // Gone since 2025-06-18, and one answer could not say which of several calls lacks a scope.
    if (Array.isArray(body)) throw httpProblem('malformed_request', 'Send one JSON-RPC message for each request, not a batch.');
    const call: McpCall = { caller, origin, services: this.services };
    const authInfo: AuthInfo = { token: '', clientId: caller.clientId, scopes: [...caller.scopes], extra: { call } };
    const response = await this.handler.fetch(withoutBody(request, signal), { authInfo, parsedBody: body });
    this.errors.noteStatus(response.status, origin.requestId);
    return response;
  }
}

/** The body goes beside it, as it was parsed: what the guard has judged and what is run are one object. */
function withoutBody({ headers, method }: FastifyRequest, signal: AbortSignal): Request {
  const passed = PASSED_ON.flatMap((name): [string, string][] => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return new Request('http://localhost/mcp', { method, headers: passed, signal });
}

function callOf(authInfo: AuthInfo | undefined): McpCall {
  const call = authInfo?.extra?.['call'];
  if (!call) throw new Error('An MCP request reached its server without a caller.');
  return call as McpCall;
}
