import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Settings } from '../config/index.js';
import type { Log } from '../logging/index.js';
import type { RequestMetrics } from '../metrics/index.js';
import { zoneOf } from './listener-zones.js';

/** Who made a request, left on it by the guard or the token endpoint, for the log line. */
export interface RequestSubject {
  clientId?: string | undefined;
  orgId?: string | undefined;
}

const SUBJECTS = new WeakMap<FastifyRequest, RequestSubject>();

export function noteSubject(request: FastifyRequest, subject: RequestSubject): void {
  SUBJECTS.set(request, subject);
}

/** Headers of every response, and one log line and one measurement when it has been sent. */
export function addRequestHooks(fastify: FastifyInstance, settings: Settings, log: Log, metrics: RequestMetrics): void {
  const https = settings.PUBLIC_URL.startsWith('https:');
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    if (https) reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    metrics.observe(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    if (log.isEnabled('info')) {
      const subject = SUBJECTS.get(request);
      log.info('request', {
        request_id: request.id,
        zone: zoneOf(request),
        method: request.method,
        route,
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime * 10) / 10,
        source: request.ip,
        client_id: subject?.clientId,
        org_id: subject?.orgId,
      });
    }
    done();
  });
}
