import { fetchJson, type FetchJsonOptions } from './fetch-json.js';

export interface JwksLocation {
  issuer: string;
  /** Where the key set is; absent: the issuer's metadata says. */
  jwksUri?: string;
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
  const metadataUrl = reachable(authorizationServerMetadataUrl(location.issuer), location);
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

/** RFC 8414 §3.1: the well-known part goes between host and path. */
function authorizationServerMetadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`;
}

/** Where this process asks the issuer: over https, or plain HTTP on loopback. */
export function reachable(url: string, { issuer, fetchFrom, dangerouslyAllowHttp = false }: JwksLocation): string {
  const target = new URL(url);
  if (fetchFrom !== undefined && target.origin === new URL(issuer).origin) {
    const base = new URL(fetchFrom);
    target.protocol = base.protocol;
    target.host = base.host;
  }
  if (target.protocol === 'https:' || (target.protocol === 'http:' && (dangerouslyAllowHttp || isLoopback(target.hostname))))
    return target.href;
  throw new Error(`The issuer is asked over https only (or on loopback), not at ${target.href}; see dangerouslyAllowHttp.`);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
