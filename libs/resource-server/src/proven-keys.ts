import { X509Certificate } from 'node:crypto';
import { certificateThumbprint, type ClientCertificate } from '@countersign/oauth';
import { connectionCertificate, type CertificateBearingRequest, type CertificateSource } from './certificate-source.js';

/** Confirmation members that a request proves (RFC 7800 §3.1), by name. */
export type ProvenKeys = Readonly<Record<string, string>>;

interface KnownCertificate {
  readonly proven: ProvenKeys;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

const NOTHING: ProvenKeys = Object.freeze({});

/** By certificate, of which each connection has one object: reading it is the dear part. */
const KNOWN = new WeakMap<ClientCertificate, KnownCertificate>();

/**
 * RFC 8705 §3: the certificate whose key the client of this request holds. The dates are looked at again on every request, because a
 * connection may outlive its certificate.
 * @param certificateOf default: that of the connection
 * @throws MalformedCredentials of the source
 */
export function keysProvenBy(
  request: CertificateBearingRequest,
  certificateOf: CertificateSource = connectionCertificate,
  now = Date.now(),
): ProvenKeys {
  const certificate = certificateOf(request);
  if (!certificate) return NOTHING;
  let known = KNOWN.get(certificate);
  if (known === undefined) {
    known = read(certificate);
    KNOWN.set(certificate, known);
  }
  return known.from <= now && now <= known.until ? known.proven : NOTHING;
}

function read({ leaf }: ClientCertificate): KnownCertificate {
  const { validFrom, validTo } = new X509Certificate(leaf);
  const proven = Object.freeze({ 'x5t#S256': certificateThumbprint(leaf) });
  return { proven, from: Date.parse(validFrom), until: Date.parse(validTo) };
}
