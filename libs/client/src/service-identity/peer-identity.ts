import type { X509Certificate } from 'node:crypto';
import { parseSpiffeId } from '@countersign/oauth';

const URI = 'URI:';

/** X509-SVID §2: the SPIFFE id of a leaf; undefined where it holds none, or more than one URI. Who signed it is not judged here. */
export function namedIn(certificate: X509Certificate): string | undefined {
  const names = certificate.subjectAltName ?? '';
  // Node quotes what could be mistaken for another name; no SPIFFE id needs that.
  if (names.includes('"')) return undefined;
  const [uri, second] = names.split(', ').filter((name) => name.startsWith(URI));
  // X509-SVID §4.1: an authority is no workload.
  if (uri === undefined || second !== undefined || certificate.ca) return undefined;
  const id = uri.slice(URI.length);
  // X509-SVID §5.2: the id of a leaf has a path.
  return parseSpiffeId(id)?.path ? id : undefined;
}

/** Who signed it has been checked by TLS: here whom it names, and that it has not ended since the handshake that a session goes back to. */
export function belongsTo(trustDomain: string, certificate: X509Certificate | undefined, nowMs: number): boolean {
  const id = certificate && namedIn(certificate);
  if (id === undefined || parseSpiffeId(id)?.trustDomain !== trustDomain) return false;
  return Date.parse(certificate!.validFrom) <= nowMs && nowMs <= Date.parse(certificate!.validTo);
}

/** A call reached somebody else than the service it was meant for; nothing was sent. */
export class UnexpectedPeer extends Error {
  override readonly name = 'UnexpectedPeer';
  readonly code = 'ERR_UNEXPECTED_PEER';

  constructor(
    readonly expected: string,
    readonly found: string | undefined,
  ) {
    super(`Expected ${expected}, and ${found ?? 'somebody without a SPIFFE id'} answered.`);
  }
}
