import { fetchJson, type FetchJsonOptions } from './fetch-json.js';

export interface JwksLocation {
  issuer: string;
  /** Where the key set is; absent: the issuer's metadata says. */
  jwksUri?: string;
  /** Where the metadata is: at the place of RFC 8414, or at that of OpenID Connect Discovery. */
  discovery?: 'oauth' | 'openid';
  /** Base URL under which this process reaches the issuer, where it differs from the issuer's name (containers). */
  fetchFrom?: string;
  /** Takes keys over plain HTTP from a host that is not loopback. */
  dangerouslyAllowHttp?: boolean;
}

/** The URL of the key set, by RFC 8414 discovery where it is not configured. */
export async function locateJwks(location: JwksLocation, options: FetchJsonOptions): Promise<string> {
  const jwksUri = location.jwksUri ?? (await discoverJwksUri(location, options));
  return reachable(jwksUri, location);
}

async function discoverJwksUri(location: JwksLocation, options: FetchJsonOptions): Promise<string> {
  const metadataUrl = reachable(metadataUrlOf(location), location);
  const document = await fetchJson(metadataUrl, options);
  const { issuer, jwks_uri: jwksUri } = (document ?? {}) as { issuer?: unknown; jwks_uri?: unknown };
  // RFC 8414 §3.3: `issuer` is identical to the one asked for, else the document is not used.
  if (issuer !== location.issuer) {
    throw new Error(
      `${metadataUrl} is the metadata of issuer ${JSON.stringify(issuer)}; "issuer" is set to ${JSON.stringify(location.issuer)}.`,
    );
  }
  if (typeof jwksUri !== 'string') throw new Error(`${metadataUrl} names no jwks_uri.`);
  return jwksUri;
}

function metadataUrlOf({ issuer, discovery }: JwksLocation): string {
  // OpenID Connect Discovery §4.1: the well-known part goes after the path, less a slash at its end.
  if (discovery === 'openid') return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { origin, pathname } = new URL(issuer);
  // RFC 8414 §3.1: the well-known part goes between host and path.
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`;
}

function reachable(url: string, { issuer, fetchFrom, dangerouslyAllowHttp = false }: JwksLocation): string {
  const target = new URL(url);
  if (fetchFrom !== undefined && target.origin === new URL(issuer).origin) {
    const base = new URL(fetchFrom);
    target.protocol = base.protocol;
    target.host = base.host;
  }
  if (target.protocol === 'https:' || (target.protocol === 'http:' && (dangerouslyAllowHttp || isLoopback(target.hostname))))
    return target.href;
  throw new Error(`Keys are taken over https only (or from loopback), not from ${target.href}; see dangerouslyAllowHttp.`);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
