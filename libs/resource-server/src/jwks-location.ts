import { authorizationServerMetadataUrl, reachableUrl, type IssuerLocation } from '@countersign/oauth';
import { fetchJson, type FetchJsonOptions } from './fetch-json.js';

export interface JwksLocation extends IssuerLocation {
  /** Where the key set is; absent: the issuer's metadata says. */
  jwksUri?: string;
  /** Where the metadata is: at the place of RFC 8414, or at that of OpenID Connect Discovery. */
  discovery?: 'oauth' | 'openid';
}

/** The URL of the key set, by RFC 8414 discovery where it is not configured. */
export async function locateJwks(location: JwksLocation, options: FetchJsonOptions): Promise<string> {
  const jwksUri = location.jwksUri ?? (await discoverJwksUri(location, options));
  return reachableUrl(jwksUri, location);
}

async function discoverJwksUri(location: JwksLocation, options: FetchJsonOptions): Promise<string> {
  const metadataUrl = reachableUrl(metadataUrlOf(location), location);
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
  return discovery === 'openid' ? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` : authorizationServerMetadataUrl(issuer);
}
