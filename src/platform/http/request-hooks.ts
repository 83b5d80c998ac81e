import type { FastifyInstance, FastifyRequest } from 'fastify';
import { traceHeaders } from '@countersign/oauth';
import type { Settings } from '../config/index.js';
import { identityFields, type Log, type LogFields } from '../logging/index.js';
import type { RequestMetrics } from '../metrics/index.js';
import type { BegunRequest, RequestIdentity, Tracing } from '../tracing/index.js';
import { zoneOf } from './listener-zones.js';
import { trustedProxy } from './trusted-proxy.js';

/** Who made a request and for what, left on it by guards and the token endpoint, for its log line and span. */
export type RequestSubject = Partial<Omit<RequestIdentity, 'requestId' | 'trace'>>;

const BEGUN = new WeakMap<FastifyRequest, BegunRequest>();

/** What is not said stays as it was. */
export function noteSubject(request: FastifyRequest, subject: RequestSubject): void {
  const begun = BEGUN.get(request);
  if (begun) Object.assign(begun.identity, subject);
}

interface Observers {
  readonly log: Log;
  readonly metrics: RequestMetrics;
  readonly tracing: Tracing;
}

/** For other log lines about the request. */
export function loggedIdentityOf(request: FastifyRequest): LogFields {
  const begun = BEGUN.get(request);
  return begun ? identityFields(begun.identity) : { request_id: request.id };
}

/** Headers of every response, and one log line and one measurement when it has been sent. */
export function addRequestHooks(fastify: FastifyInstance, settings: Settings, { log, metrics, tracing }: Observers): void {
  const isProxy = trustedProxy(settings.TRUSTED_PROXIES);
  const https = settings.PUBLIC_URL.startsWith('https:');
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    if (https) reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    const begun = tracing.begin(request.raw, request.id, zoneOf(request) === 'internal' || isProxy(request));
    BEGUN.set(request, begun);
    // https://w3c.github.io/trace-context/#traceresponse-header: for who sent a trace, which part of it is ours.
    if (begun.identity.trace.parentSpanId) reply.header('traceresponse', traceHeaders(begun.identity.trace).traceparent);
    begun.run(done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    metrics.observe(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    const begun = BEGUN.get(request);
    if (begun?.span) {
      const { identity } = begun;
      begun.span.end({ method: request.method, route, status: reply.statusCode, zone: zoneOf(request), identity });
    }
    if (log.isEnabled('info')) {
      log.info('request', {
        ...loggedIdentityOf(request),
        zone: zoneOf(request),
        method: request.method,
        route,
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime * 10) / 10,
        source: request.ip,
      });
    }
    done();
  });
}
