import { OAuthError } from './errors.js';

export interface BasicCredentials {
  clientId: string;
  clientSecret: string;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
// eslint-disable-next-line no-control-regex -- RFC 7617 §2: user-id and password must not contain control characters.
const CONTROL = /[\u0000-\u001F\u007F]/;

/**
 * Reads `Authorization: Basic …`; undefined when the header holds another scheme.
 * @throws OAuthError `invalid_client` when it is Basic but malformed (RFC 7617 §2, RFC 6749 §2.3.1).
 */
export function parseBasicCredentials(header: string): BasicCredentials | undefined {
  const [scheme, token, ...rest] = header.split(' ');
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  if (!token || rest.length > 0 || !BASE64.test(token)) throw malformed('basic_not_base64');
  const bytes = Buffer.from(token, 'base64');
  // A second spelling of the same bytes would be a second name of the same credentials.
  if (bytes.toString('base64') !== token) throw malformed('basic_not_canonical');
  const text = bytes.toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw malformed('basic_without_colon');
  const credentials = { clientId: formDecode(text.slice(0, colon)), clientSecret: formDecode(text.slice(colon + 1)) };
  if (CONTROL.test(credentials.clientId) || CONTROL.test(credentials.clientSecret)) throw malformed('basic_control_characters');
  return credentials;
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
export function formatBasicCredentials({ clientId, clientSecret }: BasicCredentials): string {
  return `Basic ${Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64')}`;
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw malformed('basic_bad_percent_encoding');
  }
}

function formEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

function malformed(detail: string): OAuthError {
  return new OAuthError('invalid_client', 'Client authentication failed.', { detail });
}
