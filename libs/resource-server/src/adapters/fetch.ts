import { randomUUID } from 'node:crypto';
import type { Caller } from '../caller.js';
import type { HttpRequestFacts } from '../http-request-facts.js';
import { servedMetadata } from '../metadata-response.js';
import { refusalResponse } from '../refusal-response.js';
import { ResourceRequestRefused } from '../resource-request-refused.js';
import type { ResourceServer } from '../resource-server.js';
import { scopeRequirement, type ScopeArguments } from '../scope-requirement.js';

/** Who calls; throws `ResourceRequestRefused` where nobody is let in. */
export type Authorization = (request: Request) => Promise<Caller>;
export type ProtectedHandler<Rest extends unknown[]> = (request: Request, caller: Caller, ...rest: Rest) => Response | Promise<Response>;

export interface FetchAdapter {
  /** Throws at once when it is called without a scope. A `Request` knows no route, so say `{ operation }` where usage is reported. */
  requireScopes(...scopes: ScopeArguments): Authorization;
  /** A handler that runs for whoever is let in; everybody else gets the refusal. */
  protect<Rest extends unknown[]>(
    authorize: Authorization,
    handler: ProtectedHandler<Rest>,
  ): (request: Request, ...rest: Rest) => Promise<Response>;
  /** The answer to what `requireScopes(…)` threw, for frameworks with an error handler of their own; throws what is no refusal. */
  refusal(error: unknown): Response;
  /** The protected resource metadata (RFC 9728), to anybody; undefined where the request asks for something else, and for an internal API. */
  metadata(request: Request): Response | undefined;
}

/** For what hands out a `Request` on Node: Hono, Next.js, Remix. It holds no connection: tokens that are bound to a certificate are refused. */
export function fetchAdapter(server: ResourceServer): FetchAdapter {
  const requestIds = new WeakMap<object, string>();
  const refusal = (error: unknown): Response => answer(error, requestIds);
  return {
    requireScopes: (...args) => scopeAuthorization(server, args, requestIds),
    protect: (authorize, handler) => protect(server, authorize, handler, refusal),
    refusal,
    metadata: metadataHandler(server),
  };
}

function scopeAuthorization(server: ResourceServer, args: ScopeArguments, requestIds: WeakMap<object, string>): Authorization {
  const { scopes, operation, stepUp } = scopeRequirement(args);
  return async (request) => {
    const requestId = randomUUID();
    try {
      return await server.authorize(factsOf(request), { scopes, operation: operation ?? `${request.method} *`, requestId, stepUp });
    } catch (error) {
      if (error instanceof ResourceRequestRefused) requestIds.set(error, requestId);
      throw error;
    }
  };
}

function protect<Rest extends unknown[]>(
  server: ResourceServer,
  authorize: Authorization,
  handler: ProtectedHandler<Rest>,
  refusal: (error: unknown) => Response,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    let caller: Caller;
    try {
      caller = await authorize(request);
    } catch (error) {
      return refusal(error);
    }
    return withHeaders(await handler(request, caller, ...rest), server.acceptedHeaders(caller));
  };
}

/** Headers of some responses cannot be changed, so that one is made anew where there is something to add. */
function withHeaders(response: Response, more: Readonly<Record<string, string>>): Response {
  const added = Object.entries(more);
  if (added.length === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of added) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

function answer(error: unknown, requestIds: WeakMap<object, string>): Response {
  if (!(error instanceof ResourceRequestRefused)) throw error;
  const { status, headers, body } = refusalResponse(error, requestIds.get(error) ?? randomUUID());
  const lines = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value): [string, string] => [name, value]));
  return new Response(JSON.stringify(body), { status, headers: lines });
}

function metadataHandler(server: ResourceServer): FetchAdapter['metadata'] {
  const served = servedMetadata(server);
  return ({ url, method }) => {
    const found = new URL(url).pathname === served?.path ? served?.respond(method) : undefined;
    return found && new Response(found.body === '' ? null : found.body, { status: found.status, headers: found.headers });
  };
}

function factsOf({ method, url, headers }: Request): HttpRequestFacts {
  return {
    method,
    url,
    headers: {
      authorization: authorizations(headers.get('authorization')),
      dpop: headers.get('dpop') ?? undefined,
      'access-control-request-method': headers.get('access-control-request-method') ?? undefined,
      traceparent: headers.get('traceparent') ?? undefined,
      tracestate: headers.get('tracestate') ?? undefined,
    },
  };
}

// `Headers` joins the lines of one name by ", ": behind another scheme a second line with a token must not be overlooked.
function authorizations(joined: string | null): string | readonly string[] | undefined {
  if (joined === null) return undefined;
  return /, *(?:bearer|dpop)(?: |$)/i.test(joined) ? joined.split(', ') : joined;
}
