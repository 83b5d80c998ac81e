import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Zone } from '@countersign/oauth';
import type { Settings } from '../config/index.js';
import { refuseUnusableBody } from './json-body.js';
import { issuerPathRewriter } from './issuer-path.js';

const JSON_BODY_BYTES = 2 * 1024 * 1024;
/** Standards HTTP-8: a whole form is at most 64 KiB. */
export const FORM_BODY_BYTES = 64 * 1024;
const HEADER_BYTES = 16 * 1024;

/** The zone of the listener a connection came in on. Never `Host` or a forwarded header says it. */
const LISTENER_ZONES = new WeakMap<object, Zone>();

export function zoneOfSocket(socket: object): Zone | undefined {
  const { server } = socket as { server?: object };
  return server ? LISTENER_ZONES.get(server) : undefined;
}

/** The public listener; the internal zone's joins the same application beside it. */
export function createFastifyAdapter(settings: Settings): FastifyAdapter {
  const rewriteUrl = issuerPathRewriter(settings.PUBLIC_URL);
  const adapter = new FastifyAdapter({
    trustProxy: settings.TRUSTED_PROXIES.length > 0 ? [...settings.TRUSTED_PROXIES] : false,
    genReqId: () => randomUUID(),
    ...(rewriteUrl && { rewriteUrl: ({ url = '/' }) => rewriteUrl(url) }),
    bodyLimit: JSON_BODY_BYTES,
    keepAliveTimeout: 72_000,
    requestTimeout: 30_000,
    // No folding of case or slashes: one path, one route.
    routerOptions: { ignoreTrailingSlash: false, caseSensitive: true, maxParamLength: 300 },
    serverFactory: (handler: RequestListener) => {
      const server = createServer({ maxHeaderSize: HEADER_BYTES, keepAliveTimeout: 72_000, requestTimeout: 30_000 }, handler);
      LISTENER_ZONES.set(server, 'external');
      return server;
    },
  });
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  // Forms stay raw text: framework parsers fold repeated parameters before they can be refused.
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_BODY_BYTES },
    (_request, body, done) => done(null, body),
  );
  fastify.addHook('preValidation', (request, _reply, done) => {
    refuseUnusableBody(request);
    done();
  });
  return adapter;
}
