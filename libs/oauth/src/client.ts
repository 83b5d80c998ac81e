import type { JSONWebKeySet } from 'jose';
import type { AccessTokenAlg, PrincipalType, Zone } from './access-token.js';

export const CLIENT_AUTH_METHODS = [
  'client_secret',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'federated_jwt',
  'api_key',
  'none',
] as const;
/**
 * How a client is registered to authenticate. `client_secret` means HTTP Basic or form (RFC 6749 §2.3.1); `federated_jwt`: it has
 * no credential of its own, and only a rule on another issuer's tokens lets it in; `api_key`: the client is the key that it exchanges.
 */
export type ClientAuthMethodName = (typeof CLIENT_AUTH_METHODS)[number];

/** RFC 8705 §2.1.2: the one subject alternative name by which a client's certificate is known. */
export interface CertificateName {
  readonly type: 'dns' | 'uri' | 'ip' | 'email';
  readonly value: string;
}

/** Whose certificates a client of a tenant is known by. */
export interface CertificateTrust {
  /** The tenant's own authorities, in PEM form. Nothing else vouches for the client. */
  readonly anchors: string;
  readonly name: CertificateName;
}

/** Where the organization of an internal call comes from: the token that is exchanged, the caller's own word, or nowhere. */
export const ORG_MODES = ['parent', 'any', 'none'] as const;
export type OrgMode = (typeof ORG_MODES)[number];

/** What a client may ask for at one API. */
export interface ClientGrant {
  audience: string;
  scopes: readonly string[];
  /** The call policy that it stands on; absent: named by client and API. */
  id?: string;
  /** Of a call policy; absent: the tokens belong to the client's own organization. */
  orgMode?: OrgMode;
}

/** One stored secret: a keyed digest, the pepper version that made it, and when it stops working. */
export interface ClientSecretDigest {
  id: string;
  digest: Buffer;
  pepperVersion: string;
  expiresAt: Date | undefined;
}

export const APP_REGISTRATIONS = ['administrator', 'metadata_document', 'dynamic'] as const;
/**
 * How an app became known: by an administrator; by the document at the https address that is its client id; by itself (RFC 7591).
 * What the last two say about themselves nobody has looked at.
 */
export type AppRegistrationWay = (typeof APP_REGISTRATIONS)[number];

/** What only apps and agents have, which act for people. */
export interface AppRegistration {
  readonly registration: AppRegistrationWay;
  /** A public one runs where its secrets could be read, so it has none, and nothing proves who it is. */
  readonly clientType: 'public' | 'confidential';
  readonly redirectUris: readonly string[];
  /** Where people may be led to when they have signed out, as exact texts. */
  readonly postLogoutRedirectUris: readonly string[];
  /** What it may ask about the person, beside the scopes of APIs; one of its grants. */
  readonly identityScopes: readonly string[];
  readonly publisher: string;
  /** The organization that registered it; undefined: an operator did. */
  readonly publisherOrgId: string | undefined;
  /** An operator has looked at it. Until then it works for its publisher's own people alone. */
  readonly reviewed: boolean;
  readonly logoUri: string | undefined;
  readonly policyUri: string | undefined;
  readonly tosUri: string | undefined;
  /**
   * Of an app that describes itself: changes with its name, its redirect URIs, and how it proves who it is. Who allowed it something
   * looked at one of these; undefined: an administrator answers for changes.
   */
  readonly fingerprint?: string | undefined;
}

/** *Client* is what any identity is to the issuer: a service principal, an app, a microservice, an API's own credential. */
export interface Client {
  id: string;
  /** For people: audit and logs. */
  displayName: string;
  /** What its own tokens carry as `sub`; absent: the id. */
  subject?: string;
  zone: Zone;
  principalType: PrincipalType;
  orgId: string | undefined;
  /** False refuses authentication, exactly as for an unknown client. */
  active: boolean;
  authMethod: ClientAuthMethodName;
  grantTypes: readonly string[];
  grants: readonly ClientGrant[];
  /** Overrides the API's lifetime, within the limits of the kind. */
  tokenLifetimeSeconds: number | undefined;
  /** CIDR blocks from which the client may authenticate; empty: any. */
  allowedNetworks: readonly string[];
  secrets: readonly ClientSecretDigest[];
  jwks: JSONWebKeySet | undefined;
  jwksUri: string | undefined;
  /** For `tls_client_auth` of a microservice: the one URI SAN of its certificate. */
  spiffeId?: string | undefined;
  /** For `tls_client_auth` of a tenant's client. */
  certificateTrust?: CertificateTrust | undefined;
  /** RFC 9449 §5.2: it gets no token that is not bound to a key of its own. */
  dpopBoundAccessTokens?: boolean;
  app?: AppRegistration;
}

/** Where clients come from. Each identity module of the directory implements one. */
export interface ClientSource {
  readonly name: string;
  /** True when ids of this shape belong to this source; decides without I/O. */
  owns(clientId: string): boolean;
  /**
   * @param asker address from which somebody asks who has not proven anything yet; a source that asks others counts them by it
   * @throws OAuthError `temporarily_unavailable`, `rate_limited` where it cannot be said whether there is such a client
   */
  find(clientId: string, asker?: string): Promise<Client | undefined>;
  /** Why there is no such client, for a person; undefined where nobody is told. */
  explain?(clientId: string): string | undefined;
  /** Stores a client that was only read so far, because something is about to refer to it. */
  keep?(client: Client): Promise<void>;
}

/** A protected API as the issuer sees it. */
export interface TargetApi {
  id: string;
  identifier: string;
  zone: Zone;
  active: boolean;
  scopes: readonly string[];
  tokenLifetimeSeconds: number | undefined;
  signingAlg: AccessTokenAlg;
  senderConstraint: 'none' | 'dpop' | 'mtls' | 'any';
}
