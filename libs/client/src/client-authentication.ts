/** What an authentication may use of the request that it is for. */
export interface TokenRequestContext {
  readonly clientId: string;
  readonly issuer: string;
  /** Where the request goes. */
  readonly tokenEndpoint: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** What an authentication adds to a token request. */
export interface ClientCredentials {
  readonly headers?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** RFC 6749 §2.3: how a client proves who it is. Asked once for each token request, so what it gives may change while the program runs. */
export interface ClientAuthentication {
  /** As in `token_endpoint_auth_methods_supported`. */
  readonly name: string;
  /** Needs a connection with a client certificate, so tokens are asked for at the issuer's `mtls_endpoint_aliases` (RFC 8705 §5). */
  readonly mutualTls?: boolean;
  authenticate(context: TokenRequestContext): ClientCredentials | Promise<ClientCredentials>;
}
