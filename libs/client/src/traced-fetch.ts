import { traceHeaders, type TraceContext } from '@countersign/oauth';

/** A `fetch` that carries the trace of the moment on (W3C Trace Context §2.2); a header that the caller set itself stays. */
export function tracedFetch(fetch: typeof globalThis.fetch, currentTrace: () => TraceContext | undefined): typeof globalThis.fetch {
  return (input, init = {}) => {
    const trace = currentTrace();
    if (!trace) return fetch(input, init);
    const received = typeof input === 'object' && 'headers' in input ? input.headers : undefined;
    const headers = new Headers(init.headers ?? received);
    if (headers.has('traceparent')) return fetch(input, init);
    for (const [name, value] of Object.entries(traceHeaders(trace))) headers.set(name, value);
    return fetch(input, { ...init, headers });
  };
}
