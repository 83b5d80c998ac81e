/**
 * Every OAuth error code this project answers, with its HTTP status and what it means.
 * `docs/errors.md` is generated from this table and a test compares the two.
 */
export const OAUTH_ERRORS = {
  invalid_request: { status: 400, meaning: 'A parameter is missing, malformed, repeated or out of place.' },
  invalid_client: { status: 401, meaning: 'The client could not be authenticated.' },
  invalid_grant: {
    status: 400,
    meaning: 'The code, refresh token, assertion or token does not belong to this client or is no longer valid.',
  },
  invalid_dpop_proof: {
    status: 400,
    meaning: 'The DPoP proof is missing where one is needed, is no good one for this request, or was used before.',
  },
  use_dpop_nonce: { status: 400, meaning: 'The DPoP proof must hold the nonce that the header DPoP-Nonce of this answer gives.' },
  unauthorized_client: { status: 400, meaning: 'The client is authenticated but may not use this grant type.' },
  unsupported_grant_type: { status: 400, meaning: 'The server has no grant of that name.' },
  invalid_scope: { status: 400, meaning: 'A requested scope is malformed or outside what was granted.' },
  invalid_target: { status: 400, meaning: 'The audience or resource is malformed, unknown, ambiguous or not granted.' },
  unsupported_response_type: { status: 400, meaning: 'The authorization endpoint knows `response_type=code` only.' },
  access_denied: { status: 400, meaning: 'The person, or the organization, did not allow the app what it asked for.' },
  login_required: {
    status: 400,
    meaning: '`prompt=none` was asked, and nobody is signed in, or not recently enough; or somebody else than `id_token_hint` names.',
  },
  consent_required: { status: 400, meaning: '`prompt=none` was asked, and the person has not allowed this to the app yet.' },
  interaction_required: { status: 400, meaning: '`prompt=none` was asked, and the person has to choose or to be asked something.' },
  authorization_pending: { status: 400, meaning: 'The person has not answered the device yet; ask again after `interval` seconds.' },
  slow_down: { status: 400, meaning: 'The device asks too often; from now on it has to wait 5 seconds longer each time.' },
  expired_token: { status: 400, meaning: 'Nobody has answered the device in time; it has to begin anew.' },
  invalid_authorization_details: { status: 400, meaning: '`authorization_details` was sent; no type of it is known here.' },
  unmet_authentication_requirements: { status: 400, meaning: 'The sign-in that `acr_values` asks for as essential cannot be had here.' },
  request_not_supported: { status: 400, meaning: 'A request object was sent; send plain parameters, or push them.' },
  request_uri_not_supported: { status: 400, meaning: '`request_uri` names something that was not pushed here.' },
  invalid_request_uri: { status: 400, meaning: 'The pushed request is unknown, has expired, was used, or is of another client.' },
  invalid_token: {
    status: 401,
    meaning: 'The initial access token or the registration access token is missing, wrong, used up or has expired, or its app is gone.',
  },
  invalid_redirect_uri: { status: 400, meaning: 'An app that registers itself sent a redirect URI that leads nowhere safe, or none.' },
  invalid_client_metadata: { status: 400, meaning: 'An app cannot register itself like this; `error_description` names the member.' },
  invalid_software_statement: { status: 400, meaning: 'The software statement is no JWT.' },
  unapproved_software_statement: { status: 400, meaning: 'Software statements of this issuer are not taken here.' },
  registration_forbidden: { status: 403, code: 'access_denied', meaning: 'The registration cannot be changed by the app itself any more.' },
  metadata_too_large: { status: 413, code: 'invalid_client_metadata', meaning: 'The client metadata is larger than 64 KiB.' },
  unsupported_token_type: { status: 400, meaning: 'This kind of token cannot be revoked here.' },
  request_too_large: { status: 413, code: 'invalid_request', meaning: 'The form is larger than 64 KiB.' },
  method_not_allowed: { status: 405, code: 'invalid_request', meaning: 'The endpoint takes POST only.' },
  rate_limited: { status: 429, code: 'temporarily_unavailable', meaning: 'Too many requests; Retry-After says when to come back.' },
  temporarily_unavailable: { status: 503, meaning: 'The server cannot work right now; Retry-After says when to come back.' },
  server_error: { status: 500, meaning: 'Something unexpected; the request id finds it in the log.' },
} as const satisfies Record<string, { status: number; code?: string; meaning: string }>;

export type OAuthErrorName = keyof typeof OAUTH_ERRORS;

export interface OAuthErrorOptions {
  /** For logs and audit only, never sent: a machine-readable reason such as `secret_mismatch`. */
  detail?: string;
  cause?: unknown;
  headers?: Readonly<Record<string, string>>;
}

// RFC 6749 §5.2: error_description is limited to %x20-21 / %x23-5B / %x5D-7E.
const OUTSIDE_DESCRIPTION = /[^\x20-\x21\x23-\x5B\x5D-\x7E]/g;

/** An error of an OAuth endpoint. `message` goes to the client; `detail` and `cause` stay inside. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly status: number;
  /** The value of the `error` member. */
  readonly code: string;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly kind: OAuthErrorName,
    description: string,
    options: OAuthErrorOptions = {},
  ) {
    super(description.replace(OUTSIDE_DESCRIPTION, '?'), { cause: options.cause });
    const row: { status: number; code?: string } = OAUTH_ERRORS[kind];
    this.status = row.status;
    this.code = row.code ?? kind;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
  }

  toJSON(): { error: string; error_description: string } {
    return { error: this.code, error_description: this.message };
  }
}
