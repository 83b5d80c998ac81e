import type { X509Certificate } from 'node:crypto';
import { certificateThumbprint } from '@countersign/oauth';

/** Confirmation members that a request proves (RFC 7800 §3.1), by name. */
export type ProvenKeys = Readonly<Record<string, string>>;

interface ShownCertificate {
  readonly proven: ProvenKeys;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

const NOTHING: ProvenKeys = Object.freeze({});

/** By connection: one handshake shows one certificate, and reading it is the dear part. */
const SHOWN = new WeakMap<object, ShownCertificate | 'none'>();

/**
 * RFC 8705 §3: the certificate whose key the peer of this connection holds. The dates are looked at again on every request,
 * because a connection may outlive its certificate.
 */
export function keysProvenBy(socket: object | null | undefined, now = Date.now()): ProvenKeys {
  if (!isTlsSocket(socket)) return NOTHING;
  let shown = SHOWN.get(socket);
  if (shown === undefined) {
    shown = read(socket.getPeerX509Certificate());
    SHOWN.set(socket, shown);
  }
  return shown !== 'none' && shown.from <= now && now <= shown.until ? shown.proven : NOTHING;
}

interface TlsSocket {
  getPeerX509Certificate(): X509Certificate | undefined;
}

function isTlsSocket(socket: object | null | undefined): socket is TlsSocket {
  return typeof (socket as Partial<TlsSocket> | null | undefined)?.getPeerX509Certificate === 'function';
}

function read(certificate: X509Certificate | undefined): ShownCertificate | 'none' {
  if (!certificate) return 'none';
  const proven = Object.freeze({ 'x5t#S256': certificateThumbprint(certificate.raw) });
  return { proven, from: Date.parse(certificate.validFrom), until: Date.parse(certificate.validTo) };
}
