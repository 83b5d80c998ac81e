/** The two worlds that never share keys, tokens or credentials. */
export type Zone = 'external' | 'internal';
export const ZONES = ['external', 'internal'] as const satisfies readonly Zone[];

export const PRINCIPAL_TYPES = ['service_principal', 'app', 'agent', 'microservice', 'api_key'] as const;
export type PrincipalType = (typeof PRINCIPAL_TYPES)[number];

/** Signing algorithms of access tokens; a key is bound to exactly one of them. */
export const ACCESS_TOKEN_ALGS = ['RS256', 'PS256', 'ES256'] as const;
export type AccessTokenAlg = (typeof ACCESS_TOKEN_ALGS)[number];

/** RFC 9068 §2.1: the media type `application/at+jwt` without its prefix. */
export const ACCESS_TOKEN_TYP = 'at+jwt';

/** RFC 7800 confirmation: what the presenter must prove. */
export interface Confirmation {
  jkt?: string;
  'x5t#S256'?: string;
}

/** The chain of actors of a delegated token (RFC 8693 §4.1). */
export interface ActorClaim {
  sub: string;
  client_id?: string;
  principal_type?: PrincipalType;
  act?: ActorClaim;
}

/** A token that another one was derived from: what revokes it, and what it was good for. */
export interface AncestorHandles {
  jti: string;
  client_id: string;
  cred: string;
  grant?: string;
  org_id?: string;
  aud: string;
  scope: string;
}

/**
 * Claims of an access token (RFC 9068 §2.2 and ours). Times are seconds since 1970.
 * `cred`, `grant` and `root` are the handles by which a token is revoked together with its siblings.
 */
export interface AccessTokenClaims {
  iss: string;
  sub: string;
  aud: string;
  exp: number;
  iat: number;
  jti: string;
  client_id: string;
  scope: string;
  principal_type: PrincipalType;
  /** The one organization the token acts for; absent for principals that belong to none. */
  org_id?: string;
  /** The credential that authenticated the client: id of a secret, or thumbprint of a key. */
  cred: string;
  /** The consent (`con_…`; `con_….2` once something was taken away from it) or policy on which the token stands; absent where there is none. */
  grant?: string;
  /** `jti` of the first ancestor. */
  root: string;
  /** The tokens it was derived from, newest first: what revokes one of them revokes it too. */
  ancestors?: AncestorHandles[];
  act?: ActorClaim;
  cnf?: Confirmation;
  auth_time?: number;
  acr?: string;
  amr?: string[];
}
