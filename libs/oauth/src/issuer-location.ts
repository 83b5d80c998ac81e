/** An issuer as its tokens name it, and how this process reaches it. */
export interface IssuerLocation {
  /** Exact `iss`. */
  issuer: string;
  /** Base URL under which this process reaches the issuer, where it differs from the issuer's name (containers). */
  fetchFrom?: string;
  /** Talks plain HTTP to a host that is not loopback. */
  dangerouslyAllowHttp?: boolean;
}

/** RFC 8414 §3.1: the well-known part goes between host and path. */
export function authorizationServerMetadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`;
}

/**
 * The address at which an endpoint of the issuer is asked.
 * @throws TypeError when secrets would be sent, or keys taken, in the clear.
 */
export function reachableUrl(url: string, { issuer, fetchFrom, dangerouslyAllowHttp = false }: IssuerLocation): string {
  const target = new URL(url);
  if (fetchFrom !== undefined && target.origin === new URL(issuer).origin) {
    const base = new URL(fetchFrom);
    target.protocol = base.protocol;
    target.host = base.host;
  }
  requireSecure(target, dangerouslyAllowHttp);
  return target.href;
}

/** The same endpoint as the issuer itself calls it, for what is signed about it (RFC 9449 §4.2). */
export function namedUrl(url: string, { issuer, fetchFrom }: IssuerLocation): string {
  const target = new URL(url);
  if (fetchFrom === undefined || target.origin !== new URL(fetchFrom).origin) return url;
  return new URL(issuer).origin + target.pathname + target.search;
}

/** RFC 6750 §5.3: secrets and tokens travel by TLS only. Loopback leaves no machine. */
export function requireSecure(url: URL, dangerouslyAllowHttp: boolean): void {
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && (dangerouslyAllowHttp || isLoopback(url.hostname))) return;
  throw new TypeError(`Secrets, tokens and keys travel over https only (or to loopback), not to ${url.origin}; see dangerouslyAllowHttp.`);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
