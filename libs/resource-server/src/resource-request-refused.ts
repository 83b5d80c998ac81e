export const RESOURCE_REFUSALS = {
  invalid_request: {
    status: 400,
    title: 'Malformed credentials',
    meaning: 'The request carries its credentials in the wrong place, twice, or malformed.',
  },
  missing_credentials: {
    status: 401,
    title: 'Authentication required',
    meaning: 'The request carries no credentials that this API takes.',
  },
  invalid_token: { status: 401, title: 'Invalid access token', meaning: 'The access token expired, was revoked, or is not for this API.' },
  invalid_dpop_proof: {
    status: 401,
    title: 'Invalid DPoP proof',
    meaning: 'The DPoP proof is missing, is no good one for this request and its token, or was used before.',
  },
  use_dpop_nonce: {
    status: 401,
    title: 'DPoP nonce needed',
    meaning: 'The DPoP proof must hold the nonce that the header DPoP-Nonce of this answer gives.',
  },
  insufficient_user_authentication: {
    status: 401,
    title: 'Sign-in needed',
    meaning: 'The person has signed in too long ago for this operation, or not in a way that it takes; the challenge says what is needed.',
  },
  person_required: {
    status: 403,
    title: 'Only for people',
    meaning: 'The operation needs a person who has signed in, and the caller is a program that acts for itself.',
  },
  insufficient_scope: {
    status: 403,
    title: 'Insufficient scope',
    meaning: 'The access token does not hold every scope the operation needs.',
  },
  access_not_declared: {
    status: 403,
    title: 'Closed',
    meaning: 'The route does not say who may call it, so nobody may. A mistake of the API, not of the caller.',
  },
  preflight_unanswered: {
    status: 403,
    title: 'No CORS here',
    meaning: 'A CORS preflight reached a protected route because the API has no CORS set up.',
  },
  keys_unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    meaning: "The issuer's keys cannot be fetched, so no token can be judged; Retry-After says when to come back.",
  },
  revocations_stale: {
    status: 503,
    title: 'Temporarily unavailable',
    meaning:
      'The API has not heard of revocations for too long to allow what is of medium or high risk; Retry-After says when to come back.',
  },
  replays_unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    meaning:
      'Whether the DPoP proof was used before cannot be told, because the store of used proofs does not answer; Retry-After says when to come back.',
  },
} as const satisfies Record<string, { status: 400 | 401 | 403 | 503; title: string; meaning: string }>;

export type ResourceRefusalCode = keyof typeof RESOURCE_REFUSALS;
export type ResourceRefusalStatus = (typeof RESOURCE_REFUSALS)[ResourceRefusalCode]['status'];

export interface ResourceRefusalOptions {
  /** `WWW-Authenticate` values, one per scheme. */
  challenges?: readonly string[];
  /** Machine-readable, for logs only: which check failed. */
  reason?: string;
  retryAfterSeconds?: number;
  /** More headers of the answer. */
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/** A request that a protected resource turns down. `message` goes to the caller; `reason` and `cause` stay inside. */
export class ResourceRequestRefused extends Error {
  override readonly name = 'ResourceRequestRefused';
  readonly status: ResourceRefusalStatus;
  readonly title: string;
  readonly challenges: readonly string[];
  readonly reason: string;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ResourceRefusalCode,
    description: string,
    options: ResourceRefusalOptions = {},
  ) {
    super(description, { cause: options.cause });
    this.status = RESOURCE_REFUSALS[code].status;
    this.title = RESOURCE_REFUSALS[code].title;
    this.challenges = options.challenges ?? [];
    this.reason = options.reason ?? code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
  }
}
