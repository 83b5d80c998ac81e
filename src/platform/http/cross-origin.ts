import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { zoneOf } from './listener-zones.js';

const DAY_SECONDS = '86400';

/** What programs in pages read of an answer, beside what Fetch lets them read anyway. */
const EXPOSED = [
  'WWW-Authenticate',
  'DPoP-Nonce',
  'Retry-After',
  'ETag',
  'Location',
  'X-Request-Id',
  'RateLimit',
  'RateLimit-Policy',
  'Mcp-Session-Id',
  'MCP-Protocol-Version',
].join(', ');
// Fetch §4.8: the wildcard takes all but Authorization, and older browsers do not know it.
const TAKEN = [
  'Authorization',
  'Content-Type',
  'Accept',
  'DPoP',
  'X-API-Key',
  'If-None-Match',
  'Last-Event-ID',
  'MCP-Protocol-Version',
  'Mcp-Session-Id',
  'Mcp-Method',
  'Mcp-Name',
  'traceparent',
  'tracestate',
  '*',
].join(', ');

/**
 * The route may be called by scripts of any page (CORS), on a controller: all its routes. Only for what takes its credentials from the
 * script itself: no answer ever allows cookies or certificates of the browser.
 */
export function CrossOrigin(): ClassDecorator & MethodDecorator {
  return (target: object, property: string | symbol = '', descriptor?: PropertyDescriptor) => {
    const methods = descriptor
      ? [descriptor]
      : Object.values(Object.getOwnPropertyDescriptors((target as { prototype: object }).prototype));
    for (const method of methods)
      if (typeof method.value === 'function' && method.value !== target)
        RouteConfig({ crossOrigin: true })(target as object, property, method);
  };
}

interface CrossOriginConfig {
  readonly crossOrigin?: boolean;
}

/** Answers preflights of the routes that `@CrossOrigin` marks, and says on every answer of theirs, errors too, that any page may read it. */
export function addCrossOriginHooks(fastify: FastifyInstance): void {
  /** Methods by path. */
  const open = new Map<string, Set<string>>();
  fastify.addHook('onRoute', (route) => {
    if ((route.config as CrossOriginConfig | undefined)?.crossOrigin !== true) return;
    const known = open.get(route.url);
    const methods = known ?? new Set<string>();
    for (const method of [route.method].flat()) methods.add(method);
    if (known) return;
    open.set(route.url, methods);
    addPreflight(fastify, route, methods);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (zoneOf(request) === 'external' && isOpen(request, open)) allowReading(reply);
    done();
  });
}

/** Of a path with another method too, so that a page reads the 405. */
function isOpen({ routeOptions, is404, url }: FastifyRequest, open: ReadonlyMap<string, unknown>): boolean {
  if ((routeOptions.config as CrossOriginConfig | undefined)?.crossOrigin === true) return true;
  return is404 && open.has(url.split('?', 1)[0] ?? '');
}

function addPreflight(fastify: FastifyInstance, { url, constraints }: RouteOptions, methods: ReadonlySet<string>): void {
  fastify.route({
    method: 'OPTIONS',
    url,
    ...(constraints && { constraints }),
    handler: (request, reply) => {
      // A preflight needs no credentials, and tells nothing that the documentation does not.
      if (zoneOf(request) === 'external')
        void allowReading(reply)
          .header('access-control-allow-methods', [...methods].join(', '))
          .header('access-control-allow-headers', TAKEN)
          .header('access-control-max-age', DAY_SECONDS);
      return reply.code(204).send();
    },
  });
}

function allowReading(reply: FastifyReply): FastifyReply {
  return reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', EXPOSED);
}
