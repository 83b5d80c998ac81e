import { randomBytes } from 'node:crypto';

/** W3C Trace Context: which trace a request belongs to, and our own part of it. Carries ids only. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** Of the work of this process: 16 digits. */
  readonly spanId: string;
  /** Of whoever called; absent where the trace begins here. */
  readonly parentSpanId?: string;
  readonly isSampled: boolean;
  /** What tracing systems hand each other, as received. */
  readonly traceState?: string;
}

/** Header values as they were received; several of one name joined by a comma, as node does it, are one that is not well formed. */
export interface TraceHeaders {
  readonly traceparent?: string | readonly string[] | undefined;
  readonly tracestate?: string | readonly string[] | undefined;
}

// §3.2.2: version, trace id, parent id, flags; a later version may go on after a dash.
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
const MAX_TRACESTATE_LENGTH = 512;
const MAX_TRACESTATE_MEMBERS = 32;
// §3.3.1.3: simple and multi-tenant keys; values without comma, equals sign and control characters.
const TRACESTATE_MEMBER =
  /^(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[\x20-\x2B\x2D-\x3C\x3E-\x7E]{0,255}[\x21-\x2B\x2D-\x3C\x3E-\x7E]$/;

/** The caller's trace with a part of our own; a new trace where what came is not exactly in the form (§3.2.2.5, §4.3). */
export function continueTrace(headers: TraceHeaders): TraceContext {
  const [, version, traceId, parentSpanId, flags, rest] = TRACEPARENT.exec(oneOf(headers.traceparent) ?? '') ?? [];
  const isValid = version !== 'ff' && !(version === '00' && rest !== undefined) && !isZero(traceId) && !isZero(parentSpanId);
  if (!isValid || traceId === undefined || parentSpanId === undefined) return startTrace();
  const traceState = readTraceState(headers.tracestate);
  const isSampled = (Number.parseInt(flags ?? '0', 16) & 1) === 1;
  return { traceId, spanId: newSpanId(), parentSpanId, isSampled, ...(traceState && { traceState }) };
}

export function startTrace(): TraceContext {
  return { traceId: randomBytes(16).toString('hex'), spanId: newSpanId(), isSampled: false };
}

/** For a request that belongs to it. */
export function traceHeaders({ traceId, spanId, isSampled, traceState }: TraceContext): { traceparent: string; tracestate?: string } {
  return { traceparent: `00-${traceId}-${spanId}-0${isSampled ? 1 : 0}`, ...(traceState && { tracestate: traceState }) };
}

function newSpanId(): string {
  return randomBytes(8).toString('hex');
}

function isZero(id: string | undefined): boolean {
  return id !== undefined && ZEROS.test(id);
}

/** §3.3.1: lines of tracestate join to one list; one that is not well formed is dropped whole, and the trace goes on. */
function readTraceState(received: TraceHeaders['tracestate']): string | undefined {
  const text = typeof received === 'string' ? received : (received ?? []).join(',');
  const members = text
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf('='))));
  const isValid =
    members.length <= MAX_TRACESTATE_MEMBERS && keys.size === members.length && members.every((member) => TRACESTATE_MEMBER.test(member));
  const joined = members.join(',');
  return isValid && joined !== '' && joined.length <= MAX_TRACESTATE_LENGTH ? joined : undefined;
}

function oneOf(received: TraceHeaders['traceparent']): string | undefined {
  if (typeof received === 'string') return received;
  return received?.length === 1 ? received[0] : undefined;
}
