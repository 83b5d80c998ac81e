import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getCaller, type Caller } from '../caller.js';
import { servedMetadata, type ServedMetadata } from '../metadata-response.js';
import { refusalResponse } from '../refusal-response.js';
import { ResourceRequestRefused } from '../resource-request-refused.js';
import type { ResourceServer } from '../resource-server.js';
import { scopeRequirement, type ScopeArguments } from '../scope-requirement.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, after `requireScopes`; see `getCaller`. */
    auth?: Caller;
  }
}

export type FastifyScopeHook = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | void>;

export interface FastifyAdapter {
  /** For `app.register`: declares `request.auth` and serves the protected resource metadata (RFC 9728), to anybody. An internal API has none. */
  readonly plugin: (app: FastifyInstance) => Promise<void>;
  /**
   * For `onRequest` of a route, before its body is read: lets pass whoever holds all the scopes, as `request.auth`.
   * `preHandler` works too. Throws when it is called without a scope.
   */
  requireScopes(...scopes: ScopeArguments): FastifyScopeHook;
}

export { getCaller };

export function fastifyAdapter(server: ResourceServer): FastifyAdapter {
  return { plugin: adapterPlugin(server), requireScopes: (...args) => scopeHook(server, args) };
}

function scopeHook(server: ResourceServer, args: ScopeArguments): FastifyScopeHook {
  const { scopes, operation, stepUp } = scopeRequirement(args);
  return async (request, reply) => {
    const asked = { scopes, operation: operation ?? `${request.method} ${request.routeOptions.url ?? '*'}`, requestId: request.id, stepUp };
    try {
      // The raw request: it holds every header line, and the URL before `rewriteUrl`.
      request.auth = await server.authorize(request.raw, asked);
      void reply.headers(server.acceptedHeaders(request.auth));
    } catch (error) {
      if (!(error instanceof ResourceRequestRefused)) throw error;
      const { status, headers, body } = refusalResponse(error, request.id);
      // As text: a response schema of the route would drop members of an object.
      return reply.code(status).headers(headers).send(JSON.stringify(body));
    }
  };
}

function adapterPlugin(server: ResourceServer): FastifyAdapter['plugin'] {
  const plugin = (app: FastifyInstance): Promise<void> => {
    // The second API of one application finds it there.
    if (!app.hasRequestDecorator('auth')) app.decorateRequest('auth');
    const served = servedMetadata(server);
    if (served) serveMetadata(app, served);
    return Promise.resolve();
  };
  // What fastify-plugin sets, without its check of versions: the decorator belongs to the application, not to this plugin's scope.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

function serveMetadata(app: FastifyInstance, { path, respond }: ServedMetadata): void {
  app.route({
    method: ['GET', 'OPTIONS'],
    // A colon begins a parameter in Fastify, unless it is doubled.
    url: path.replaceAll(':', '::'),
    handler: async (request, reply) => {
      const { status, headers, body } = respond(request.method) ?? { status: 405, headers: {}, body: '' };
      return reply.code(status).headers(headers).send(body);
    },
  });
}
