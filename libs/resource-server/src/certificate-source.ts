import type { X509Certificate } from 'node:crypto';
import type { ClientCertificate } from '@countersign/oauth';

/** What is read of a request to find the certificate of its client. An `IncomingMessage` of node:http fits as it is. */
export interface CertificateBearingRequest {
  /** As node received them: `headers` joins the lines of one name. */
  readonly rawHeaders?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  readonly socket?: object | null | undefined;
}

/**
 * The certificate whose key the client of a request holds; undefined where it showed none.
 * @throws MalformedCredentials where that must not be guessed at: 400
 */
export type CertificateSource = (request: CertificateBearingRequest) => ClientCertificate | undefined;

/** Certificates beside that of the client, of a connection or in a header. */
export const MAX_CHAIN = 4;

/** By connection: a handshake shows one certificate, however many requests follow. */
const SHOWN = new WeakMap<object, ClientCertificate | 'none'>();

/** The certificate of the connection itself. */
export function connectionCertificate({ socket }: CertificateBearingRequest): ClientCertificate | undefined {
  if (!isTlsSocket(socket)) return undefined;
  let shown = SHOWN.get(socket);
  if (shown === undefined) {
    const leaf = socket.getPeerX509Certificate();
    shown = leaf ? { leaf: leaf.raw, chain: chainAbove(leaf) } : 'none';
    SHOWN.set(socket, shown);
  }
  return shown === 'none' ? undefined : shown;
}

interface TlsSocket {
  getPeerX509Certificate(): X509Certificate | undefined;
}

function isTlsSocket(socket: object | null | undefined): socket is TlsSocket {
  return typeof (socket as Partial<TlsSocket> | null | undefined)?.getPeerX509Certificate === 'function';
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
