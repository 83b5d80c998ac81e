import { Injectable, type LoggerService } from '@nestjs/common';
import { destination, pino, type Logger } from 'pino';
import type { Settings } from '../config/index.js';
import { currentRequest, type RequestIdentity } from '../tracing/index.js';

/** The only members a log line may have beside its event; everything else is dropped, so no secret can appear. */
const FIELDS = [
  'request_id',
  'method',
  'route',
  'status',
  'duration_ms',
  'source',
  'client_id',
  'org_id',
  'reason',
  'expected',
  'received',
  'topic',
  'kid',
  'zone',
  'alg',
  'count',
  'port',
  'address',
  'name',
  'migrations',
  'context',
  'setting',
  'url',
  'sql_state',
  'job',
  'backlog',
  'body',
  'missing',
  'kind',
  'trust_domain',
  'caller_service',
  'target_service',
  'operation',
  'trace_id',
  'span_id',
] as const;
type Field = (typeof FIELDS)[number];

export type LogFields = Partial<Record<Field, string | number | boolean | readonly string[] | undefined>> & { error?: unknown };

const MAX_TEXT = 300;
// Control characters would let a client write lines of its own or colour a terminal.
// eslint-disable-next-line no-control-regex -- they are what is removed
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/g;

/** Structured log lines: an event name and allow-listed fields. */
@Injectable()
export class Log implements LoggerService {
  constructor(private readonly pino: Logger) {}

  static create(settings: Settings): Log {
    const asynchronous = settings.NODE_ENV !== 'test';
    const options = {
      level: settings.LOG_LEVEL,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    return new Log(pino(options, destination({ dest: 1, sync: !asynchronous, minLength: asynchronous ? 4_096 : 0, periodicFlush: 500 })));
  }

  info(event: string, fields?: LogFields): void {
    this.pino.info(allowed(fields), event);
  }
  warn(event: string, fields?: LogFields | string): void {
    this.pino.warn(allowed(fields), event);
  }
  error(event: string, fields?: LogFields | string): void {
    this.pino.error(allowed(fields), event);
  }
  /** Nest's own lines. */
  log(message: string, context?: string): void {
    this.pino.debug({ context }, clean(String(message)));
  }
  debug(message: string, context?: string): void {
    this.pino.debug({ context }, clean(String(message)));
  }
  verbose(message: string, context?: string): void {
    this.pino.trace({ context }, clean(String(message)));
  }
  isEnabled(level: 'info' | 'debug'): boolean {
    return this.pino.isLevelEnabled(level);
  }
  flush(): void {
    this.pino.flush();
  }
}

function allowed(fields: LogFields | string | undefined): Record<string, unknown> {
  if (typeof fields === 'string' || fields === undefined) return {};
  const line: Record<string, unknown> = {};
  const identity = currentRequest();
  const all: LogFields = identity ? { ...identityFields(identity), ...fields } : fields;
  for (const name of FIELDS) {
    const value = all[name];
    if (value !== undefined) line[name] = typeof value === 'string' ? clean(value) : value;
  }
  if (fields.error !== undefined) line['error'] = describe(fields.error);
  return line;
}

/** Who calls whom for what, in the names that every line has them under. */
export function identityFields({ requestId, trace, clientId, orgId, callerService, targetService, operation }: RequestIdentity): LogFields {
  return {
    request_id: requestId,
    trace_id: trace.traceId,
    span_id: trace.spanId,
    client_id: clientId,
    org_id: orgId,
    caller_service: callerService,
    target_service: targetService,
    operation,
  };
}

/** Class, code and first line of an error. Messages of database errors can quote values, so those give only their code. */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, driverError } = error as Error & { code?: unknown; driverError?: { code?: unknown } };
  const state = driverError?.code ?? code;
  const quoted = driverError !== undefined || error.constructor.name === 'DatabaseError';
  return {
    type: error.name,
    code: state,
    message: quoted ? undefined : clean(error.message.split('\n')[0] ?? ''),
    at: quoted ? undefined : clean(placeOf(error)),
  };
}

/** A message may have several lines, and only the first is written. */
function placeOf({ stack = '' }: Error): string {
  return (
    stack
      .split('\n')
      .find((line) => /^\s+at /.test(line))
      ?.trim() ?? ''
  );
}

export function clean(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return cut.replace(CONTROL, ' ');
}
