import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate } from '@countersign/oauth';

const MAX_CHAIN = 4;

/** By connection: a handshake shows one certificate, however many requests follow. */
const CERTIFICATES = new WeakMap<object, ClientCertificate>();

/** The certificate of the connection itself. No header says it: a header is anybody's word. */
export function clientCertificateOf({ raw: { socket } }: { raw: { socket: object } }): ClientCertificate | undefined {
  const known = CERTIFICATES.get(socket);
  if (known) return known;
  const leaf = (socket as Partial<TLSSocket>).getPeerX509Certificate?.();
  if (!leaf) return undefined;
  const certificate = { leaf: leaf.raw, chain: chainAbove(leaf) };
  CERTIFICATES.set(socket, certificate);
  return certificate;
}

function chainAbove(leaf: X509Certificate): Buffer[] {
  const chain: Buffer[] = [];
  let last = leaf;
  for (let next = leaf.issuerCertificate; next && chain.length < MAX_CHAIN; next = next.issuerCertificate) {
    // A certificate that signs itself ends the chain.
    if (next.raw.equals(last.raw)) break;
    chain.push(next.raw);
    last = next;
  }
  return chain;
}
