import type { ClientAuthentication } from './client-authentication.js';

/**
 * RFC 8705 §2: the certificate of the connection is the proof, so `fetch` of the client must show one; nothing but the client's id is
 * sent. Goes to the `mtls_endpoint_aliases` of an issuer that has some.
 */
export function tlsClientAuth(): ClientAuthentication {
  return {
    name: 'tls_client_auth',
    mutualTls: true,
    // RFC 8705 §2: client_id is required, so that the issuer need not search by certificate.
    authenticate: ({ clientId }) => ({ parameters: { client_id: clientId } }),
  };
}
