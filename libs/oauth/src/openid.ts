/** OpenID Connect Core §3.1.2.1: with it a request asks who the person is. */
export const OPENID_SCOPE = 'openid';

/** OpenID Connect Core §5.4, those that are served. No API has a scope of its own of these names. */
export const IDENTITY_SCOPES = [OPENID_SCOPE, 'profile', 'email'] as const;
export type IdentityScopeName = (typeof IDENTITY_SCOPES)[number];

/** Names with a meaning of their own in OpenID Connect, served or not. */
export const RESERVED_SCOPES: readonly string[] = [...IDENTITY_SCOPES, 'address', 'phone', 'offline_access'];

/** About a person, not about the data of an API. */
export function isIdentityScope(scope: string): boolean {
  return (IDENTITY_SCOPES as readonly string[]).includes(scope);
}

/** `typ` of an ID token: never that of an access token, so that neither passes as the other (RFC 8725 §3.11). */
export const ID_TOKEN_TYP = 'JWT';

/** OpenID Connect Core §2. Times are seconds since 1970. */
export interface IdTokenClaims {
  iss: string;
  sub: string;
  /** The client id of the app. */
  aud: string;
  exp: number;
  iat: number;
  /** As the request had it; not in those of a refresh. */
  nonce?: string;
  auth_time?: number;
  acr?: string;
  amr?: string[];
  /** The session of the person in which it was allowed. */
  sid?: string;
  at_hash: string;
  /** The organization for which the person signed in. */
  org_id?: string;
}
