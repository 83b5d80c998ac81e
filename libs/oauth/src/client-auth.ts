import type { Client, ClientAuthMethodName } from './client.js';
import type { ClientCertificate } from './client-certificate.js';
import type { FormParameters } from './form-parameters.js';
import type { Zone } from './access-token.js';

/** A request to an OAuth endpoint, free of any HTTP framework. */
export interface OAuthRequest {
  readonly requestId: string;
  readonly zone: Zone;
  /** Address of the caller after trusted proxies. */
  readonly sourceAddress: string;
  readonly userAgent: string | undefined;
  /** The `Authorization` header as received. */
  readonly authorization: string | undefined;
  readonly params: FormParameters;
  /** Path of the endpoint below the issuer, such as `/oauth/token`. */
  readonly endpoint?: string;
  /** The `DPoP` headers, one for each line that was received; absent: the endpoint takes none. */
  readonly dpopProofs?: readonly string[];
  /** What the caller presented in TLS; absent on listeners that do not ask for it. */
  readonly clientCertificate?: ClientCertificate | undefined;
}

/** What a method read from a request, before anything is proven. */
export interface ClientClaim {
  readonly clientId: string;
}

/** A single-use value that must be stored with the audit row; a second use gets no token. */
export interface SingleUse {
  /** Who presented it, so that two clients cannot burn each other's values. */
  readonly owner: string;
  readonly value: string;
  readonly expiresAt: Date;
}

export interface ClientProof {
  /** The credential that was used: a secret's id, a key's thumbprint. */
  readonly credentialId: string;
  /** What the audit and the discovery document call it, such as `client_secret_basic`. */
  readonly via: string;
  readonly singleUse?: SingleUse | undefined;
  /** The proof is the grant itself (RFC 7523 §2.1), so what is wrong with it is `invalid_grant`. */
  readonly isGrant?: boolean;
  /** What else the audit keeps of it, such as who vouched for the client; never a secret. */
  readonly evidence?: Readonly<Record<string, string>>;
}

/** RFC 6749 §2.3: one way of proving who the client is. */
export interface ClientAuthMethod<C extends ClientClaim = ClientClaim> {
  /** Value of the registered method. */
  readonly name: ClientAuthMethodName;
  /** Values for `token_endpoint_auth_methods_supported`. */
  readonly metadataNames: readonly string[];
  /** Where it can be used; absent: in every zone. */
  readonly zones?: readonly Zone[];
  /** True: it leaves no mark in header or body, so it counts only for a client that is registered for it, and when no other method is used. */
  readonly implicit?: true;
  /** True: may prove a client whatever method that is registered for, because an administrator said so elsewhere. */
  readonly forEveryClient?: boolean;
  /** Reads only; undefined means "not mine". Throws `invalid_client` or `invalid_request` on something of its own that is malformed. */
  recognise(request: OAuthRequest): C | undefined;
  /** For credentials that name their client only once they are verified: the claim with its client. Throws as `verify` does. */
  identify?(claim: C, request: OAuthRequest): Promise<C>;
  /** Throws `invalid_client`, or `invalid_grant` where the proof is the grant. */
  verify(claim: C, client: Client, request: OAuthRequest): Promise<ClientProof>;
  /** Spends the time of a `verify` for a client that is not known, so that time tells nothing. */
  verifyUnknown(claim: C, request: OAuthRequest): Promise<void>;
}

export interface AuthenticatedClient {
  readonly client: Client;
  readonly proof: ClientProof;
}
