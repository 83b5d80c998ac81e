import { newId } from '../crypto/index.js';
import { currentRequest } from '../tracing/index.js';
import type { AuditEvent } from './audit-event.js';

const MAX_TEXT = 256;
const MAX_DETAILS = 8_192;
// Control characters, lone surrogates and bidi marks: a name must not break a log line or poison a batch.
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;
const PLAIN = /^[\x20-\x7E]*$/;

export const AUDIT_COLUMNS = [
  'id',
  'time',
  'org_id',
  'actor_type',
  'actor_id',
  'actor_name',
  'action',
  'target_type',
  'target_id',
  'target_name',
  'result',
  'reason_code',
  'request_id',
  'ip',
  'user_agent',
  'trace_id',
  'details',
] as const;

export type AuditRow = readonly (string | null)[];

/** The row of an event, in the order of AUDIT_COLUMNS, with text stripped and cut. */
export function auditRow(event: AuditEvent, time = new Date()): AuditRow {
  const { actor, target, origin } = event;
  return [
    newId('evt'),
    time.toISOString(),
    text(event.orgId),
    actor.type,
    text(actor.id),
    text(actor.name),
    event.action,
    text(target?.type),
    text(target?.id),
    text(target?.name),
    event.result ?? 'success',
    text(event.reasonCode),
    text(origin?.requestId),
    text(origin?.ip),
    text(origin?.userAgent),
    // Only of a trace that others know: for the rest the request id will do, and a token's row stays as small as it is.
    currentRequest()?.trace.traceId ?? null,
    details(actor.beside ? { ...actor.beside, ...event.details } : event.details),
  ];
}

function text(value: string | undefined): string | null {
  if (value === undefined) return null;
  const cut = value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value;
  return PLAIN.test(cut) ? cut : cut.replace(UNSAFE, '');
}

function details(value: Readonly<Record<string, unknown>> | undefined): string {
  if (!value) return '{}';
  const json = JSON.stringify(value);
  if (json.length > MAX_DETAILS) return JSON.stringify({ truncated: true });
  return json.includes('\\u') ? withoutEscapes(value) : json;
}

/** jsonb refuses an escaped NUL and lone surrogates; they are rare, so only a text with escapes is written again. Names of members can hold them too. */
function withoutEscapes(value: Readonly<Record<string, unknown>>): string {
  const json = JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? part.replace(UNSAFE, '') : part));
  return json.replace(/(\\\\)|\\u[0-9a-f]{4}/g, (_, backslash: string | undefined) => backslash ?? '');
}
