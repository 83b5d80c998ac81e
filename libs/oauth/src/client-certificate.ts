import { createHash } from 'node:crypto';

/** A certificate whose key the caller proved to hold in the TLS handshake. Whom it names and who signed it is not judged yet. */
export interface ClientCertificate {
  /** DER. */
  readonly leaf: Buffer;
  /** DER of what was sent after it, in that order. */
  readonly chain: readonly Buffer[];
}

/** RFC 8705 §3.1: base64url of the SHA-256 of the DER, the value of `x5t#S256`. */
export function certificateThumbprint(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('base64url');
}
