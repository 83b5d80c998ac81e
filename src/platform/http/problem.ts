/** One mistake in a request: where, what, and how to mend it. */
export interface ProblemItem {
  /** JSON Pointer into the body, or the name of a query parameter or header. */
  readonly location: string;
  readonly message: string;
  readonly fix: string;
}

export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  /** What happened and what to do, for `docs/errors.md`. */
  readonly meaning: string;
}

/** A table of problems; each module has its own, and `docs/errors.md` is generated from all of them. */
export type ProblemTable = Readonly<Record<string, ProblemDefinition>>;

export interface ProblemOptions {
  errors?: readonly ProblemItem[];
  /** For logs only. */
  reason?: string;
  cause?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/** An error of everything that is not an OAuth endpoint (RFC 9457). `detail` is for the client and says what to change. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;

  constructor(
    table: ProblemTable,
    readonly code: string,
    readonly detail: string,
    readonly options: ProblemOptions = {},
  ) {
    super(detail, { cause: options.cause });
    const row = table[code];
    if (!row) throw new Error(`The problem "${code}" is not in its table.`);
    this.status = row.status;
    this.title = row.title;
  }
}

/** Problems that any endpoint may answer. */
export const HTTP_PROBLEMS = {
  malformed_request: {
    status: 400,
    title: 'Malformed request',
    meaning: 'The request cannot be parsed: broken JSON, a bad header or a bad cursor.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    meaning: 'There is nothing here that the caller may see. Objects of another organization answer the same.',
  },
  method_not_allowed: { status: 405, title: 'Method not allowed', meaning: 'The path exists, but not with this method.' },
  conflict: { status: 409, title: 'Conflict', meaning: 'The request does not fit the present state.' },
  payload_too_large: { status: 413, title: 'Payload too large', meaning: 'The body is larger than the endpoint takes.' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type', meaning: 'The endpoint takes application/json.' },
  validation_failed: {
    status: 422,
    title: 'Validation failed',
    meaning: 'Fields are unknown, missing or invalid; `errors` names each. Nothing was stored.',
  },
  forbidden: { status: 403, title: 'Forbidden', meaning: 'The caller is known, but may not do this.' },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    meaning: 'The limit of the client or source is reached; Retry-After says when to come back.',
  },
  internal_error: { status: 500, title: 'Internal error', meaning: 'Something unexpected happened; the request id finds it in the log.' },
  service_unavailable: {
    status: 503,
    title: 'Service unavailable',
    meaning: 'The service cannot work right now; Retry-After says when to come back.',
  },
} as const satisfies ProblemTable;

export type HttpProblemCode = keyof typeof HTTP_PROBLEMS;

export function httpProblem(code: HttpProblemCode, detail: string, options?: ProblemOptions): Problem {
  return new Problem(HTTP_PROBLEMS, code, detail, options);
}

/** RFC 9457 §3 with our extensions. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: readonly ProblemItem[];
}
