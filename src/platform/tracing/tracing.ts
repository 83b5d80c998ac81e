import { traceHeaders, type TraceContext } from '@countersign/oauth';
import { traceContextOf, type HttpRequestFacts } from '@countersign/resource-server';
import type { Settings } from '../config/index.js';
import { withinRequest, type ClientSpan, type RequestIdentity } from './request-identity.js';
import type { ServerSpan, Tracer } from './tracer.js';

/** A request whose part of a trace has begun. */
export interface BegunRequest {
  readonly identity: RequestIdentity;
  readonly span: ServerSpan | undefined;
  /** Runs it in its trace, where anybody traces. */
  readonly run: (next: () => void) => void;
}

/** Tracing of this process: off unless `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and only then loaded. */
export class Tracing {
  private constructor(private readonly tracer: Tracer | undefined) {}

  static async open(settings: Pick<Settings, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_SERVICE_NAME'>): Promise<Tracing> {
    const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: name } = settings;
    if (endpoint === undefined) return new Tracing(undefined);
    // Some megabytes and a tenth of a second, for those only who want it.
    const { openTelemetry } = await import('./open-telemetry.js');
    return new Tracing(openTelemetry(endpoint, name));
  }

  /** @param isTrusted whether the caller may say that its request is not traced; strangers could hide by it */
  begin(request: HttpRequestFacts, requestId: string, isTrusted: boolean): BegunRequest {
    const received = traceContextOf(request);
    const span = this.tracer?.serverSpan(isTrusted ? received : { ...received, isSampled: true });
    const identity: RequestIdentity = { requestId, trace: span?.trace ?? received };
    return { identity, span, run: runIn(identity, span) };
  }

  /** Sends what is not sent yet. */
  async close(): Promise<void> {
    await this.tracer?.close();
  }
}

/** To follow a request through every promise has its price: only for a trace that somebody else began or that is exported. */
function runIn(identity: RequestIdentity, span: ServerSpan | undefined): BegunRequest['run'] {
  const { trace } = identity;
  if (span === undefined && trace.parentSpanId === undefined) return (next) => next();
  return (next) => withinRequest(identity, span?.clientSpan ?? carryOn(trace), next);
}

/** tracestate stays here: whom we ask is often a tenant's host, and it is between tracing systems. */
function carryOn(trace: TraceContext): ClientSpan {
  return (_, work) => work({ traceparent: traceHeaders(trace).traceparent });
}
