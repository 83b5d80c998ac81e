import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Zone } from '@countersign/oauth';
import type { Settings } from '../config/index.js';
import { refuseUnusableBody } from './json-body.js';
import { issuerPathRewriter } from './issuer-path.js';
import { addRawBodyHook } from './raw-body.js';
import { limitRegistrationBodies } from './registration-body.js';
import { assignZone, zoneConstraint, zoneOfSocket } from './listener-zones.js';

const JSON_BODY_BYTES = 2 * 1024 * 1024;
/** Standards HTTP-8: a whole form is at most 64 KiB. */
export const FORM_BODY_BYTES = 64 * 1024;
const HEADER_BYTES = 16 * 1024;

/** Limits of every listener. */
export const SERVER_LIMITS = { maxHeaderSize: HEADER_BYTES, keepAliveTimeout: 72_000, requestTimeout: 30_000 } as const;

/** The public listener; the others join the same application beside it. */
export function createFastifyAdapter(settings: Settings): FastifyAdapter {
  const rewriters: Readonly<Record<Zone, ((url: string) => string) | undefined>> = {
    external: issuerPathRewriter(settings.PUBLIC_URL),
    internal: issuerPathRewriter(settings.INTERNAL_URL),
  };
  const adapter = new FastifyAdapter({
    trustProxy: settings.TRUSTED_PROXIES.length > 0 ? [...settings.TRUSTED_PROXIES] : false,
    genReqId: () => randomUUID(),
    ...((rewriters.external || rewriters.internal) && {
      rewriteUrl: ({ url = '/', socket }: IncomingMessage) => rewriters[zoneOfSocket(socket)]?.(url) ?? url,
    }),
    bodyLimit: JSON_BODY_BYTES,
    keepAliveTimeout: 72_000,
    requestTimeout: 30_000,
    // No folding of case or slashes: one path, one route. A parameter may be an address of 255 characters, percent-encoded.
    routerOptions: { ignoreTrailingSlash: false, caseSensitive: true, maxParamLength: 800, constraints: { zone: zoneConstraint() } },
    serverFactory: (handler: RequestListener) => {
      const server = createServer(SERVER_LIMITS, handler);
      assignZone(server, 'external');
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
  addRawBodyHook(fastify);
  limitRegistrationBodies(fastify, FORM_BODY_BYTES);
  fastify.addHook('preValidation', (request, _reply, done) => {
    refuseUnusableBody(request);
    done();
  });
  return adapter;
}
