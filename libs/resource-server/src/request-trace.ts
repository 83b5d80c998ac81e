import { continueTrace, type TraceContext } from '@countersign/oauth';
import type { HttpRequestFacts } from './http-request-facts.js';

const traces = new WeakMap<object, TraceContext>();

/** The trace of a request (W3C Trace Context), the same whenever it is asked for; a new one where the caller sent none that is well formed. */
export function traceContextOf(request: Pick<HttpRequestFacts, 'rawHeaders' | 'headers'>): TraceContext {
  let trace = traces.get(request);
  if (!trace) {
    trace = continueTrace({ traceparent: linesOf(request, 'traceparent'), tracestate: linesOf(request, 'tracestate') });
    traces.set(request, trace);
  }
  return trace;
}

function linesOf({ rawHeaders, headers }: Pick<HttpRequestFacts, 'rawHeaders' | 'headers'>, name: string): readonly string[] {
  if (!rawHeaders) return [headers?.[name] ?? []].flat();
  const lines: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === name) lines.push(rawHeaders[i + 1] ?? '');
  return lines;
}
