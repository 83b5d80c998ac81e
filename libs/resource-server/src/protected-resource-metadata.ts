export interface ProtectedResourceDescription {
  /** The identifier that clients use, byte for byte. */
  resource: string;
  authorizationServers: readonly string[];
  scopes?: readonly string[];
  name?: string;
  documentation?: string;
  /** Algorithms of DPoP proofs; empty: DPoP is not offered. */
  dpopSigningAlgs?: readonly string[];
  dpopRequired?: boolean;
  mtlsBound?: boolean;
}

export interface ProtectedResourceMetadata {
  resource: string;
  authorization_servers: readonly string[];
  bearer_methods_supported: readonly string[];
  scopes_supported?: readonly string[];
  resource_name?: string;
  resource_documentation?: string;
  dpop_signing_alg_values_supported?: readonly string[];
  dpop_bound_access_tokens_required?: boolean;
  tls_client_certificate_bound_access_tokens?: boolean;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** The document of RFC 9728 §2; empty lists are left out. */
export function protectedResourceMetadata(description: ProtectedResourceDescription): ProtectedResourceMetadata {
  assertIdentifier(description.resource);
  if (description.authorizationServers.length === 0) throw new TypeError('A protected resource names at least one authorization server.');
  const { scopes = [], name, documentation, dpopSigningAlgs = [] } = description;
  return {
    resource: description.resource,
    authorization_servers: description.authorizationServers,
    bearer_methods_supported: ['header'],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    ...(name !== undefined && { resource_name: name }),
    ...(documentation !== undefined && { resource_documentation: documentation }),
    ...(dpopSigningAlgs.length > 0 && { dpop_signing_alg_values_supported: dpopSigningAlgs }),
    ...(description.dpopRequired && { dpop_bound_access_tokens_required: true }),
    ...(description.mtlsBound && { tls_client_certificate_bound_access_tokens: true }),
  };
}

/** RFC 9728 §3.1: the well-known part goes between host and path; a slash that only follows the host is dropped. */
export function protectedResourceMetadataUrl(resource: string): string {
  const { origin, pathname, search } = assertIdentifier(resource);
  return `${origin}${WELL_KNOWN}${pathname === '/' ? '' : pathname}${search}`;
}

/** As `protectedResourceMetadataUrl`; undefined for a plain name, such as that of an internal service, which is no resource identifier. */
export function metadataUrlOf(audience: string): string | undefined {
  return audience.includes(':') ? protectedResourceMetadataUrl(audience) : undefined;
}

// RFC 9728 §1.2: a resource identifier is an absolute URL without a fragment.
function assertIdentifier(resource: string): URL {
  if (!URL.canParse(resource) || resource.includes('#')) throw new TypeError(`Not a resource identifier: ${resource}`);
  const url = new URL(resource);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TypeError(`Not a resource identifier: ${resource}`);
  return url;
}
