/** Longest address that names an app; however it is percent-encoded it fits into a path. */
export const MAX_CLIENT_ID_URL_LENGTH = 255;

const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?=[/?#]|$)/;
const VISIBLE_ASCII = /^[\x21-\x7E]+$/;
const PARTS = /^https?:\/\/([^/?#]*)([^?#]*)/;
const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?=\/|$)/i;

/** Whether a client id is the address of a document that describes the client (CIMD): ids that are made here never look like that. */
export function isClientIdUrl(clientId: string): boolean {
  return clientId.startsWith('https://') || LOOPBACK.test(clientId);
}

/** http, from this machine: for development only. */
export function isLoopbackClientIdUrl(clientId: string): boolean {
  return LOOPBACK.test(clientId);
}

/**
 * What is wrong with such an id; undefined where nothing is. Judged as the text that it is, because parsers mend what they read, and
 * only where it has one spelling can it be compared letter by letter (draft-ietf-oauth-client-id-metadata-document §3).
 */
export function mistakeOfClientIdUrl(clientId: string): string | undefined {
  if (!isClientIdUrl(clientId)) return 'It does not begin with https://.';
  if (clientId.length > MAX_CLIENT_ID_URL_LENGTH) return `It is longer than ${MAX_CLIENT_ID_URL_LENGTH} characters.`;
  if (!VISIBLE_ASCII.test(clientId)) return 'It holds spaces, control characters or letters outside ASCII.';
  return wrongParts(clientId) ?? wrongSpelling(clientId);
}

function wrongParts(clientId: string): string | undefined {
  if (clientId.includes('\\')) return 'It holds a backslash.';
  if (clientId.includes('#')) return 'It has a fragment.';
  const [, authority = '', path = ''] = PARTS.exec(clientId) ?? [];
  if (authority === '') return 'It names no host.';
  if (authority.includes('@')) return 'It names a user.';
  if (path === '' || path === '/') return 'It has no path.';
  return DOT_SEGMENT.test(path) ? 'Its path has a dot segment.' : undefined;
}

function wrongSpelling(clientId: string): string | undefined {
  if (!URL.canParse(clientId)) return 'It is no URL.';
  const { href, hostname, port, protocol } = new URL(clientId);
  // The same host to DNS, and another name to every rule about hosts.
  if (hostname.endsWith('.')) return 'Its host ends in a dot.';
  // SSRF-5.
  if (protocol === 'https:' && port !== '') return 'It names a port; documents are fetched from 443 alone.';
  return href === clientId ? undefined : 'Parsers write it in another way; use the one spelling that they agree on.';
}
