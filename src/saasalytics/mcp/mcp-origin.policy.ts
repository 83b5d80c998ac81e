const IP_LITERAL = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i;

/**
 * MCP, transports, "Security Warning": DNS rebinding. A page of a foreign name that has come to resolve to this server is, to the browser,
 * of the same origin as what it calls, so its `Origin` and the `Host` are the same name, and not ours. A page of another origin is fine: it
 * brings its token itself or has none.
 * @param ownHosts host names of ours
 */
export function isRebound(origin: string | undefined, host: string | undefined, ownHosts: readonly string[]): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.host !== normalized(host, page.protocol)) return false;
  return !IP_LITERAL.test(page.hostname) && page.hostname !== 'localhost' && !ownHosts.includes(page.hostname);
}

/** Without the port that the scheme implies. */
function normalized(host: string, protocol: string): string {
  const url = `${protocol}//${host}`;
  return URL.canParse(url) ? new URL(url).host : host;
}
