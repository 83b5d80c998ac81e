export interface TokenRequestFacts {
  /** HTTP status of the issuer's answer; absent when there was none. */
  status?: number;
  /** RFC 6749 §5.2 `error`. */
  code?: string;
  /** RFC 6749 §5.2 `error_description`. */
  description?: string;
  /** The issuer's `X-Request-Id`: its operator finds the request by it. */
  requestId?: string;
  /** The client does not ask again before. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** No token could be had. Holds no secret and no token, so it may be logged as it is. */
export class TokenRequestFailed extends Error {
  override readonly name = 'TokenRequestFailed';
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly description: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, facts: TokenRequestFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.status = facts.status;
    this.code = facts.code;
    this.description = facts.description;
    this.requestId = facts.requestId;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }

  /** True for an outage or a limit; false when the request itself has to change. */
  get temporary(): boolean {
    return this.status === undefined || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}
