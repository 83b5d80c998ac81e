import { M2MClient } from '@countersign/client';
import { Agent, fetch as undiciFetch } from 'undici';

/** RFC 8705 §2: the certificate is the proof; the request only says whose it is. */
const tlsClientAuth = {
  name: 'tls_client_auth',
  authenticate: ({ clientId }) => ({ parameters: { client_id: clientId } }),
};

/** A `fetch` whose connections show a certificate; without one, those of anybody. */
export function fetchWith({ cert, key, ca }) {
  const dispatcher = new Agent({ connect: { cert, key, ca } });
  return Object.assign((input, init) => undiciFetch(input, { ...init, dispatcher }), { close: () => dispatcher.close() });
}

/** Tokens for a client that is known by its certificate. @param fetch shows it */
export async function certifiedClient({ issuer, clientId, fetch }) {
  const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
  // RFC 8705 §5: where the endpoints are for those who show a certificate.
  const tokenEndpoint = metadata.mtls_endpoint_aliases.token_endpoint;
  return new M2MClient({ issuer, clientId, auth: tlsClientAuth, tokenEndpoint, fetch });
}
