import { M2MClient, tlsClientAuth } from '@countersign/client';
import { Agent, fetch as undiciFetch } from 'undici';

/** A `fetch` whose connections show a certificate; without one, those of anybody. */
export function fetchWith({ cert, key, ca }) {
  const dispatcher = new Agent({ connect: { cert, key, ca } });
  return Object.assign((input, init) => undiciFetch(input, { ...init, dispatcher }), { close: () => dispatcher.close() });
}

/** Tokens for a client that is known by its certificate, from where the issuer takes those (RFC 8705 §5). @param fetch shows it */
export function certifiedClient({ issuer, clientId, fetch }) {
  return new M2MClient({ issuer, clientId, auth: tlsClientAuth(), fetch });
}
