import type { AdviceTable } from './error-advice.js';

/** By code: of refused access tokens, and of the management and reference API. */
export const PROBLEM_ADVICE: AdviceTable = {
  invalid_request: {
    cause:
      'Two `Authorization` headers, a token in the URL, or a header that is not `Bearer`, one space, the token. Often a proxy that adds a header of its own.',
    fix: 'Send the token once, in the `Authorization` header. `detail` says which rule was broken.',
  },
  missing_credentials: {
    cause: 'No `Authorization` header arrived: not sent, dropped by a proxy or by a redirect to another host, or of another scheme.',
    fix: 'Send `Authorization: Bearer` and a token. The `resource_metadata` of the challenge leads to the issuer.',
  },
  invalid_token: {
    cause:
      'It expired or was revoked, its client or organization was stopped, it is for another API (`aud`) or of another issuer (`iss`), or a clock is wrong by more than the tolerance.',
    fix: 'Get a new token once. If that is refused too, decode it and compare `aud` and `iss`, byte for byte, with what the API expects; the log of the API has `request.refused` with reason, expected and received.',
  },
  invalid_dpop_proof: {
    cause:
      'The proof was made for another address, method or token, was sent twice, is signed with another key than the one the token is bound to, or is too old. Behind a proxy: the API does not know how clients reach it.',
    fix: '`error_description` of the challenge names the check. Make one proof per request, with `ath` and the address as the client sends it; set `externalUrl` at the API. docs/guides/dpop.md.',
  },
  use_dpop_nonce: {
    cause: 'No mistake: this API demands nonces, and the proof holds none or an old one.',
    fix: 'Send the request once more with a new proof that holds the value of the `DPoP-Nonce` header. Keep the value of each answer for the next request.',
  },
  insufficient_user_authentication: {
    cause: 'The operation is marked with `@RequireSignIn`, and the person signed in too long ago or in another way.',
    fix: 'Send the person to the authorization endpoint with `max_age` and `acr_values` of the challenge, and call again with the new token.',
  },
  person_required: {
    cause: 'A service principal, a microservice or a key called an operation that is marked with `@RequireSignIn`.',
    fix: 'Call it through an app that acts for a person who has signed in. No token of a program helps.',
  },
  insufficient_scope: {
    cause: 'The client was not granted the scope, or asked for less than its grant.',
    fix: '`scope` in the challenge names all that the operation needs. Ask for it, or have it granted; a new token for the same grant does not help.',
  },
  access_not_declared: {
    cause: 'A route without @RequireScopes, @Public or @ClientAuthenticated.',
    fix: 'Declare it. `undeclaredRoutes(app)` lists such routes for a test.',
  },
  preflight_unanswered: {
    cause: 'A browser of another origin calls the API, and the application has no CORS set up.',
    fix: 'Set up CORS in the application, before the guard; or call the API from a server.',
  },
  keys_unavailable: {
    cause:
      'The API has never reached the issuer, or not for 24 hours: a firewall, a name that does not resolve, a private certificate authority.',
    fix: 'From the host of the API, fetch /.well-known/oauth-authorization-server of the issuer. Inside containers set `fetchFrom`.',
  },
  replays_unavailable: {
    cause: 'The database, or whatever else holds the proofs that were used, is away; or the store in memory is full.',
    fix: 'Retry after `Retry-After`, with a new proof. Operators: /health/ready names the check that fails.',
  },
  revocations_stale: {
    cause: 'The API has lost its revocation feed for longer than it may be without: the issuer is away, or its API credential was deleted.',
    fix: 'Retry after `Retry-After`; scopes of low risk go on working. Look at the feed of the API: its credential, the way to the issuer, its clock.',
  },
  invalid_api_credentials: {
    cause: 'The credential of an API was deleted, belongs to another API, or is that of a service principal.',
    fix: 'Make one with POST /v1/apis/{id}/credentials. The user name is the id of the API.',
  },
  too_many_streams: {
    cause: 'Guards that open a stream per request, or many that were not closed.',
    fix: 'Open one per process and close it at shutdown. Wait as long as `Retry-After` says.',
  },
  malformed_request: {
    cause:
      'JSON with a trailing comma or a text in place of an object, nested too deep, a cursor that was cut off, or a certificate in a header from somebody who is no trusted proxy.',
    fix: 'Pass cursors on as they are, URL-encoded. `detail` says what could not be read.',
  },
  not_found: {
    cause: 'A misspelt id or path, an object that was deleted, or one of another organization, which looks the same.',
    fix: 'Check which organization the token belongs to (`org_id`). A list of the same resource shows what this caller sees.',
  },
  method_not_allowed: {
    cause: 'The right path with another method.',
    fix: 'The `Allow` header, where there is one, and /docs name the methods.',
  },
  conflict: { cause: 'Somebody else changed the same object.', fix: 'Read it again, then decide.' },
  payload_too_large: {
    cause: 'More events in one upload than the body may hold.',
    fix: 'Send several smaller ones. The sizes: docs/guides/limits.md.',
  },
  unsupported_media_type: { cause: 'A body without `Content-Type: application/json`, or a form.', fix: 'Send JSON and say so.' },
  validation_failed: {
    cause: 'A misspelt field is unknown, and unknown fields are refused.',
    fix: '`errors` has the location, what is wrong and how to mend it, for each field. Mend all of them, send it again.',
  },
  forbidden: {
    cause: 'The credential belongs to no organization, and the data does.',
    fix: 'Use a client that was made inside the organization.',
  },
  rate_limited: {
    cause: 'A loop without a pause, or many processes with one client.',
    fix: 'Wait as long as `Retry-After` says; `RateLimit` on each answer tells how much is left.',
  },
  internal_error: {
    cause: 'A mistake of the server, not of the request.',
    fix: 'Look for `request_id` in the log; `request.failed` has the cause. Tell us.',
  },
  service_unavailable: {
    cause: 'The database cannot be reached, is read-only or has no space.',
    fix: 'Retry after `Retry-After`. Operators: /health/ready names the check that fails.',
  },
  idempotency_key_reused: {
    cause: 'A key that is not made anew for each thing to be created, or a retry whose body changed.',
    fix: 'A new random key for a new request; the same key and the same bytes for a retry.',
  },
  idempotency_key_in_use: {
    cause: 'A retry that was faster than the first try.',
    fix: 'Ask again after `Retry-After`: the first answer is then given.',
  },
  operator_only: {
    cause: 'The client belongs to an organization, whatever its scopes are.',
    fix: 'Use a client of the operator, or ask an operator.',
  },
  external_id_taken: {
    cause: 'The organization was made before, perhaps by a first try whose answer was lost.',
    fix: 'Look for it: GET /v1/orgs. To retry safely send an `Idempotency-Key`.',
  },
  org_suspended: {
    cause: 'Somebody suspended it; the audit log has `org.suspended` with who and when.',
    fix: 'POST /v1/orgs/{id}/reinstate, if it was meant to end.',
  },
  api_identifier_taken: {
    cause: 'The same address with other capitals, a default port or a lone trailing slash.',
    fix: 'Use the API that there is: GET /v1/apis.',
  },
  system_api: { cause: 'The management API and Saasalytics are kept by the server itself.', fix: 'Register an API of your own.' },
  too_many_secrets: {
    cause: 'Two live secrets are the most; a rotation whose grace has not ended left the old one.',
    fix: 'GET …/secrets shows `last_used_at`: delete the one that nobody uses.',
  },
  grant_not_assignable: {
    cause: 'The scope is above the ceiling of the organization, is for operators to assign, or you do not hold it yourself.',
    fix: '`errors` says which of the three, for each scope. docs/guides/scopes-and-permissions.md explains the rules.',
  },
  no_secrets: {
    cause: 'The service principal signs assertions with a key.',
    fix: 'Rotate its key instead (`jwks`), or change `auth_method` first.',
  },
  issuer_already_trusted: {
    cause: 'Each issuer has one entry per organization, so that two rules that match the same workload are seen.',
    fix: 'GET the list, and PATCH the `rules` of the entry that has this `issuer`.',
  },
  too_many_trusted_issuers: {
    cause: 'An entry per repository or cluster, where one per issuer with several rules would do.',
    fix: 'Put the rules of one issuer into one entry, and delete entries that nobody uses.',
  },
};
