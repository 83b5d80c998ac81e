import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OAUTH_ERRORS, OAuthError, type OAuthErrorName } from './errors.js';

const NAMES = Object.keys(OAUTH_ERRORS) as OAuthErrorName[];
/** Registered by RFC 6749 §5.2, RFC 8707 §2, RFC 7009 §2.2.1, RFC 6749 §4.1.2.1, RFC 8628 §3.5, RFC 9396 §5, RFC 9470 §5 and OpenID Connect Core §3.1.2.6; RFC 7591 §3.2.2, RFC 6750 §3.1. */
const REGISTERED = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'unsupported_token_type',
  'temporarily_unavailable',
  'server_error',
  'unsupported_response_type',
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'authorization_pending',
  'slow_down',
  'expired_token',
  'invalid_authorization_details',
  'unmet_authentication_requirements',
  'request_not_supported',
  'request_uri_not_supported',
  'invalid_request_uri',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'invalid_token',
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'invalid_software_statement',
  'unapproved_software_statement',
];

describe('OAuthError', () => {
  it.each(NAMES)('%s answers a registered code and a status of the 4xx or 5xx range', (name) => {
    const error = new OAuthError(name, 'Something.');
    expect(REGISTERED).toContain(error.code);
    expect(error.status).toBe(OAUTH_ERRORS[name].status);
    expect(error.status).toBeGreaterThanOrEqual(400);
    expect(error.toJSON()).toEqual({ error: error.code, error_description: 'Something.' });
  });

  it('RFC 6749 §5.2: no text leaves the characters that error_description may hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(new OAuthError('invalid_request', text).message).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/);
      }),
    );
  });

  it('RFC 6749 §5.2: quotes, backslashes and line breaks become question marks, the rest stays', () => {
    expect(new OAuthError('invalid_scope', 'a "b" \\ c\r\nd é').message).toBe('a ?b? ? c??d ?');
  });

  it('what is for the log is not in the answer', () => {
    const error = new OAuthError('invalid_client', 'No.', {
      detail: 'secret_mismatch',
      cause: new Error('pepper v1'),
      headers: { 'retry-after': '1' },
    });
    expect(JSON.stringify(error)).toBe('{"error":"invalid_client","error_description":"No."}');
    expect(error).toMatchObject({ detail: 'secret_mismatch', headers: { 'retry-after': '1' } });
  });
});
