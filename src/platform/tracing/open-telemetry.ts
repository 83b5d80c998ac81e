import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Context, type Span, type SpanContext } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor, ParentBasedSampler } from '@opentelemetry/sdk-trace-base';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVICE_NAME,
} from '@opentelemetry/semantic-conventions';
import { traceHeaders, type TraceContext } from '@countersign/oauth';
import type { ClientSpan } from './request-identity.js';
import type { RequestOutcome, Tracer } from './tracer.js';

const EXPORT_INTERVAL_MS = 1_000;
const EXPORT_TIMEOUT_MS = 3_000;

/** Spans to an OTLP collector over HTTP, as JSON. Attributes are ids and names that we choose: no header, no body, no URL. */
export function openTelemetry(endpoint: string, serviceName: string): Tracer {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName }),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    // Bounded in memory: what the collector does not take in time is dropped.
    spanProcessors: [
      new BatchSpanProcessor(exporter, { scheduledDelayMillis: EXPORT_INTERVAL_MS, exportTimeoutMillis: EXPORT_TIMEOUT_MS }),
    ],
  });
  const tracer = provider.getTracer('countersign');
  return {
    serverSpan: (received) => {
      // Its name is known at the end: by then it is clear what was called.
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER }, parentOf(received));
      const within = trace.setSpan(ROOT_CONTEXT, span);
      return {
        trace: traceOf(span.spanContext(), received),
        clientSpan: clientSpans((name) => tracer.startSpan(name, { kind: SpanKind.CLIENT }, within)),
        end: (outcome) => endServerSpan(span, outcome),
      };
    },
    close: () => provider.shutdown(),
  };
}

/** Who sends no trace context has no parent, and the sampler decides. */
function parentOf({ traceId, parentSpanId, isSampled }: TraceContext): Context {
  if (parentSpanId === undefined) return ROOT_CONTEXT;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: parentSpanId, traceFlags, isRemote: true });
}

function traceOf(span: SpanContext, { parentSpanId, traceState }: Partial<TraceContext>): TraceContext {
  const isSampled = (span.traceFlags & TraceFlags.SAMPLED) !== 0;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    isSampled,
    ...(parentSpanId && { parentSpanId }),
    ...(traceState && { traceState }),
  };
}

function endServerSpan(span: Span, { method, route, status, zone, identity }: RequestOutcome): void {
  const { operation, callerService, targetService, orgId, clientId, requestId } = identity;
  span.updateName(operation ?? `${method} ${route}`);
  // Members that are undefined are left out.
  span.setAttributes({
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_HTTP_ROUTE]: route,
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
    'countersign.zone': zone,
    'countersign.request_id': requestId,
    'countersign.operation': operation,
    'countersign.caller_service': callerService,
    'countersign.target_service': targetService,
    'countersign.org_id': orgId,
    'countersign.client_id': clientId,
  });
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

function clientSpans(start: (name: string) => Span): ClientSpan {
  return async (url, work) => {
    const span = start(`GET ${url.hostname}`);
    span.setAttributes({ [ATTR_HTTP_REQUEST_METHOD]: 'GET', [ATTR_SERVER_ADDRESS]: url.hostname });
    try {
      return await work({ traceparent: traceHeaders(traceOf(span.spanContext(), {})).traceparent });
    } catch (error) {
      // Its class alone: messages may quote what was fetched.
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
      throw error;
    } finally {
      span.end();
    }
  };
}
