import type { TraceContext } from '@countersign/oauth';
import type { ClientSpan, RequestIdentity } from './request-identity.js';

/** How a request ended. */
export interface RequestOutcome {
  readonly method: string;
  /** A pattern, never a path with ids or a query. */
  readonly route: string;
  readonly status: number;
  readonly zone: string;
  readonly identity: RequestIdentity;
}

/** The span of one request. */
export interface ServerSpan {
  /** What the request goes on with. */
  readonly trace: TraceContext;
  readonly clientSpan: ClientSpan;
  end(outcome: RequestOutcome): void;
}

/** Makes spans, where tracing is switched on. */
export interface Tracer {
  serverSpan(received: TraceContext): ServerSpan;
  close(): Promise<void>;
}
