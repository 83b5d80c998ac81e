import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getCaller, type Caller } from '../caller.js';
import { expressOperation, type RoutedRequest } from '../express-operation.js';
import { servedMetadata } from '../metadata-response.js';
import { refusalResponse } from '../refusal-response.js';
import { ResourceRequestRefused } from '../resource-request-refused.js';
import type { ResourceServer } from '../resource-server.js';
import { scopeRequirement, type ScopeArguments } from '../scope-requirement.js';

declare global {
  namespace Express {
    interface Request {
      /** Who calls, after `requireScopes`; see `getCaller`. */
      auth?: Caller;
    }
  }
}

/** What is read of Express's request, in version 4 and 5. */
export interface ExpressRequest extends IncomingMessage, Omit<RoutedRequest, 'method'> {
  originalUrl: string;
  auth?: Caller;
  id?: unknown;
}

export type ExpressMiddleware = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>;

export interface ExpressAdapter {
  /** Before a handler: lets pass whoever holds all the scopes, as `req.auth`. Throws when it is called without one. */
  requireScopes(...scopes: ScopeArguments): ExpressMiddleware;
  /** For `app.use`: serves the protected resource metadata (RFC 9728), to anybody. An internal API has none. */
  readonly metadata: ExpressMiddleware;
}

export { getCaller };

export function expressAdapter(server: ResourceServer): ExpressAdapter {
  return { requireScopes: (...args) => scopeMiddleware(server, args), metadata: metadataMiddleware(server) };
}

function scopeMiddleware(server: ResourceServer, args: ScopeArguments): ExpressMiddleware {
  const { scopes, operation, stepUp } = scopeRequirement(args);
  return async (request, response, next) => {
    const requestId = typeof request.id === 'string' ? request.id : randomUUID();
    try {
      request.auth = await server.authorize(request, { scopes, operation: operation ?? expressOperation(request), requestId, stepUp });
      for (const [name, value] of Object.entries(server.acceptedHeaders(request.auth))) response.setHeader(name, value);
    } catch (error) {
      // Express 4 does not wait for promises: a rejected one would be lost, and the request hang.
      return error instanceof ResourceRequestRefused ? refuse(response, error, requestId) : next(error);
    }
    next();
  };
}

function refuse(response: ServerResponse, refusal: ResourceRequestRefused, requestId: string): void {
  const { status, headers, body } = refusalResponse(refusal, requestId);
  send(response, status, headers, JSON.stringify(body));
}

function metadataMiddleware(server: ResourceServer): ExpressMiddleware {
  const served = servedMetadata(server);
  return (request, response, next) => {
    // Whatever it is mounted under: clients look where the identifier sends them.
    const answer = request.originalUrl.split('?', 1)[0] === served?.path ? served?.respond(request.method) : undefined;
    if (answer) send(response, answer.status, answer.headers, answer.body);
    else next();
  };
}

function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string | string[]>>, body: string): void {
  // A time-out of the application was faster.
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}
