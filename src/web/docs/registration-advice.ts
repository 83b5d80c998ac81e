import type { AdviceTable } from './error-advice.js';

/** Errors of /oauth/register. */
export const REGISTRATION_ADVICE: AdviceTable = {
  invalid_token: {
    cause:
      'No `Authorization: Bearer` header, a token that was mistyped, used as often as it may be, or has expired; of a registration also one that was used before: each answer brings the next one. Or the registration is gone, because nobody used it.',
    fix: 'Initial access tokens come from an operator: POST /v1/registration-tokens. Without the newest registration access token the registration cannot be changed any more; register again.',
  },
  invalid_redirect_uri: {
    cause:
      'None at all, a fragment, a wildcard, http to somewhere else than the computer of the user, or a scheme or an address that does not fit `application_type`.',
    fix: 'Send https addresses; for a program on the computer of the user http://127.0.0.1/callback and `application_type` native. `error_description` says which one is wrong and why.',
  },
  invalid_client_metadata: {
    cause:
      'The body is no JSON object, a member has the wrong type, the name is that of another app, two members exclude each other, or the app chooses what only the server may choose, such as `client_id`.',
    fix: '`error_description` names the member. docs/guides/dynamic-registration.md lists what can be registered.',
  },
  invalid_software_statement: {
    cause: '`software_statement` is no JWT.',
    fix: 'Leave it out: none is taken here.',
  },
  unapproved_software_statement: {
    cause: 'The app brought a software statement, and no issuer of such statements is trusted here.',
    fix: 'Leave `software_statement` out.',
  },
  registration_forbidden: {
    cause:
      'An operator has looked at the app, or people have allowed it something under its present name: what they saw must stay what it is. Or the app is suspended.',
    fix: 'Ask an operator to change the app, or register another one.',
  },
  metadata_too_large: { cause: 'More than client metadata ever needs.', fix: 'Put large key sets behind `jwks_uri`.' },
};
