import type { AdviceTable } from './error-advice.js';
import { REGISTRATION_ADVICE } from './registration-advice.js';

/** By the names of the table of OAuth errors: one code stands there for several statuses. */
export const OAUTH_ADVICE: AdviceTable = {
  ...REGISTRATION_ADVICE,
  invalid_request: {
    cause:
      'The body is not a form, a parameter is missing or sent twice, a secret stands in the URL, the client authenticates in two ways at once (header and body), or a certificate is named in a header (`Client-Cert`, `X-Forwarded-Client-Cert`) by somebody who is no trusted proxy.',
    fix: '`error_description` names the parameter. Send everything once, in the body, as application/x-www-form-urlencoded. Behind a proxy that forwards certificates set TRUSTED_PROXIES and FORWARDED_CLIENT_CERTIFICATE; the audit log has `client_certificate.refused`.',
  },
  invalid_client: {
    cause:
      'A wrong or deleted secret, one past its grace, an unknown client id, a disabled client or suspended organization, a request from outside `allowed_ips`, another method than the registered one, an assertion that is expired, replayed or for another `aud`, or a certificate that is missing, expired, of another authority or name. The answer is the same for all of them.',
    fix: 'Within a minute the audit log has `client.authentication_failed` for your address, with the reason in `reason_code`; with LOG_LEVEL=debug the log has it by request id. `secret_mismatch`: take the newest secret. `source_not_allowed`: add the network, or set TRUSTED_PROXIES. `assertion_audience`: `aud` is the issuer, nothing else. `certificate_untrusted`: the path does not lead to `tls_client_auth_ca`; send intermediates along. `certificate_name`: the certificate does not bear `tls_client_auth_san`.',
  },
  invalid_grant: {
    cause:
      'What was handed in was used before, has expired, or was given to another client. An assertion of a trusted issuer: wrong audience, no rule matches, used before or too old.',
    fix: 'Start the flow anew. If it repeats, two processes use the same one. For an assertion ask POST /v1/orgs/{org_id}/trusted-issuers/test, which names the first condition that fails.',
  },
  invalid_dpop_proof: {
    cause:
      'A proof that was made for another address or method, sent twice, signed with another key, or too old, often because a clock is wrong; or none where the app or the API needs one.',
    fix: '`error_description` names the check. Make one proof per request; `htu` is the address as the discovery document has it. docs/guides/dpop.md.',
  },
  use_dpop_nonce: {
    cause: 'No mistake: this server demands nonces (REQUIRE_DPOP_NONCES), and the proof holds none or an old one.',
    fix: 'Send the request once more with a new proof that holds the value of the `DPoP-Nonce` header, and keep the one of each answer for the next request.',
  },
  unauthorized_client: {
    cause: 'The client is registered for other grant types.',
    fix: 'Use one of its own, or register a client of the kind that fits.',
  },
  unsupported_grant_type: {
    cause: 'A misspelt `grant_type`, or one of a later version.',
    fix: 'Use one of `grant_types_supported` at /.well-known/oauth-authorization-server.',
  },
  invalid_scope: {
    cause:
      'A scope that is not in the grant of this client for this API, a misspelt one, or one that the ceiling of the organization took away.',
    fix: '`error_description` names it. Leave `scope` out to get all that is granted, or have the scope granted: GET /v1/orgs/{org_id}/service-principals/{id} shows the grants.',
  },
  invalid_target: {
    cause:
      'No API has this `audience`, it is disabled, nothing is granted for it, `audience` and `resource` differ, or neither was sent and several grants would fit.',
    fix: 'Send `audience` exactly as GET /v1/apis shows the `identifier`. One token is for one API.',
  },
  unsupported_response_type: {
    cause: 'An app of an older kind that asks for tokens in the address (`token`, `id_token`), or none at all.',
    fix: 'Send `response_type=code` with PKCE. A library of today does so by itself.',
  },
  access_denied: {
    cause:
      'The person refused, their organization does not admit the app, their role has nothing of what was asked for, or they are not in the organization that `org_id` names. `error_description` tells a refusal from the rest.',
    fix: 'Ask the person. Administrators: GET /v1/orgs/{org_id}/app-policy shows which apps are admitted.',
  },
  login_required: {
    cause:
      '`prompt=none` without a session in this browser, or with one that is older than `max_age`; or the person is not the one of `id_token_hint`.',
    fix: 'Send the browser again without `prompt=none`, and without `id_token_hint` where anybody will do.',
  },
  consent_required: {
    cause: '`prompt=none`, and the person has not allowed this before: something is new, the app is public, or they took it back.',
    fix: 'Send the browser again without `prompt=none`.',
  },
  interaction_required: {
    cause: '`prompt=none`, and the person is in several organizations.',
    fix: 'Name the organization with `org_id`, or send the browser again without `prompt=none`.',
  },
  authorization_pending: {
    cause: 'Nothing is wrong: the person is still signing in, or has not opened the page yet.',
    fix: 'Wait `interval` seconds and ask again, until there is a token or another error.',
  },
  slow_down: {
    cause: 'The device does not wait `interval` seconds between two requests, or two of its processes ask with one device code.',
    fix: 'Wait 5 seconds longer than before, and keep to that. A library for RFC 8628 does so by itself.',
  },
  expired_token: {
    cause: 'Ten minutes have passed since the device asked.',
    fix: 'Ask POST /oauth/device_authorization for a new code and show that one.',
  },
  invalid_authorization_details: { cause: 'Rich authorization requests (RFC 9396) are not served.', fix: 'Use `scope`.' },
  unmet_authentication_requirements: {
    cause: '`acr_values` names ways to sign in that are not offered here.',
    fix: 'Leave it out, or use the value that `acr` of a token shows.',
  },
  request_not_supported: {
    cause: 'A request object (RFC 9101) was sent.',
    fix: 'Push the parameters to /oauth/par: that protects them as well.',
  },
  request_uri_not_supported: {
    cause: '`request_uri` is an address of the app.',
    fix: 'Push the request to /oauth/par and send the `request_uri` that it answers.',
  },
  invalid_request_uri: {
    cause: 'More than a minute has passed, the link was opened in a second browser, or `client_id` is another one.',
    fix: 'Push the request again for each attempt.',
  },
  unsupported_token_type: {
    cause:
      'An id token, an API key, a client secret or another JWT was sent to the revocation endpoint, which ends access and refresh tokens only.',
    fix: 'Revoke it where it was made, or what it was made from: the key, the secret, the grant or the client.',
  },
  request_too_large: { cause: 'More than a token request ever needs.', fix: 'Send only the parameters of the endpoint.' },
  method_not_allowed: {
    cause: 'A GET, often a browser or a health check that was pointed at the endpoint.',
    fix: 'Send a POST with a form.',
  },
  rate_limited: {
    cause: 'Usually a program that asks for a token per call, or one that repeats a wrong secret.',
    fix: 'Wait as long as `Retry-After` says. Keep a token until four fifths of its life are over; mend the secret. The limits are settings: docs/guides/limits.md.',
  },
  temporarily_unavailable: {
    cause: 'The database or the audit log cannot be written, so no token may leave.',
    fix: 'Retry after `Retry-After`. Operators: /health/ready names the check that fails; docs/guides/operations.md, "When PostgreSQL is down".',
  },
  server_error: {
    cause: 'A mistake of the server, not of the request.',
    fix: 'Look for the value of the `X-Request-Id` header in the log; `request.failed` has the cause. Tell us.',
  },
};
