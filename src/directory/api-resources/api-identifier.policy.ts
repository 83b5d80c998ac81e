const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ws: '80', wss: '443' };
// Scheme, authority without user, and the rest, which is compared as it is.
const ABSOLUTE = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::([0-9]{1,5}))?(\/[^\s#\\]*)?$/;
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._:-]*[A-Za-z0-9])?$/;

/**
 * The form under which spellings of one identifier meet: upper-case scheme or host, a default port and a lone trailing
 * slash make no difference (RFC 3986 §6.2.2.1, §6.2.3). For lookup only; a token carries the identifier as registered.
 */
export function lookupKeyOf(identifier: string): string {
  const [, scheme, host, port, rest] = ABSOLUTE.exec(identifier) ?? [];
  if (scheme === undefined || host === undefined) return identifier;
  const lowerScheme = scheme.toLowerCase();
  const shownPort = port === undefined || port === DEFAULT_PORTS[lowerScheme] ? '' : `:${port}`;
  return `${lowerScheme}://${host.toLowerCase()}${shownPort}${rest === undefined || rest === '/' ? '' : rest}`;
}

/** RFC 8707 §2: an absolute URI without fragment; or a plain name, as `audience` allows. */
export function isExternalIdentifier(text: string): boolean {
  return text.length <= 255 && (ABSOLUTE.test(text) || NAME.test(text));
}
