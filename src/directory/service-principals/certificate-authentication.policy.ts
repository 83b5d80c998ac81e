import { certificateThumbprint, type CertificateName } from '@countersign/oauth';
import type { ProblemItem } from '../../platform/http/index.js';
import { readCertificateName, readTrustAnchors } from '../../platform/x509/index.js';

/** By whose certificate a principal is known. */
export interface CertificateAuthentication {
  /** PEM. */
  readonly tlsClientAuthCa: string | null;
  readonly tlsClientAuthSan: CertificateName | null;
}

export interface CertificateChange {
  readonly tls_client_auth_ca?: string | null | undefined;
  readonly tls_client_auth_san?: unknown;
}

export const NO_CERTIFICATE: CertificateAuthentication = { tlsClientAuthCa: null, tlsClientAuthSan: null };

const MISSING_CA: ProblemItem = {
  location: '/tls_client_auth_ca',
  message: 'tls_client_auth needs the authority that signs the certificate of the client.',
  fix: 'Send the certificate of your own authority in PEM form, or use self_signed_tls_client_auth with jwks.',
};
const MISSING_SAN: ProblemItem = {
  location: '/tls_client_auth_san',
  message: 'tls_client_auth needs the name that the certificate of the client bears (subject alternative name).',
  fix: 'Send it, such as "agent.example.com" or { "type": "uri", "value": "spiffe://example.com/agent" }.',
};

/** @param present is what stays where the change leaves something out. */
export function changeCertificate(
  present: CertificateAuthentication,
  { tls_client_auth_ca: ca, tls_client_auth_san: san }: CertificateChange,
  now: number,
): { after: CertificateAuthentication; mistakes: readonly ProblemItem[] } {
  const mistakes: ProblemItem[] = [];
  let { tlsClientAuthCa, tlsClientAuthSan } = present;
  if (ca !== undefined) {
    const read = ca === null ? undefined : readTrustAnchors(ca, now);
    if (read && 'mistake' in read) mistakes.push({ location: '/tls_client_auth_ca', ...read.mistake });
    tlsClientAuthCa = ca;
  }
  if (san !== undefined) {
    const read = san === null ? null : readCertificateName(san);
    if (read && 'mistake' in read) mistakes.push({ location: '/tls_client_auth_san', message: read.mistake, fix: MISSING_SAN.fix });
    else tlsClientAuthSan = read;
  }
  return { after: { tlsClientAuthCa, tlsClientAuthSan }, mistakes };
}

/** RFC 8705 §2.1.2: the method stands on both. */
export function missingParts({ tlsClientAuthCa, tlsClientAuthSan }: CertificateAuthentication): ProblemItem[] {
  return [...(tlsClientAuthCa === null ? [MISSING_CA] : []), ...(tlsClientAuthSan === null ? [MISSING_SAN] : [])];
}

export function needlessParts({ tlsClientAuthCa, tlsClientAuthSan }: CertificateAuthentication, authMethod: string): ProblemItem[] {
  if (tlsClientAuthCa === null && tlsClientAuthSan === null) return [];
  const { location } = tlsClientAuthCa === null ? MISSING_SAN : MISSING_CA;
  return [
    {
      location,
      message: `${authMethod} takes no authority and no certificate name.`,
      fix: 'Leave tls_client_auth_ca and tls_client_auth_san out, or use tls_client_auth.',
    },
  ];
}

/** SHA-256 of the anchors that are no longer there; they are the credential ids of the tokens they vouched for. */
export function missingAnchors(before: string | null, after: string | null): string[] {
  const kept = new Set(anchorIds(after));
  return anchorIds(before).filter((id) => !kept.has(id));
}

/** For the audit: what is too long to be written there by what stands for it. */
export function anchorIds(pem: string | null): string[] {
  const read = pem === null ? undefined : readTrustAnchors(pem, 0);
  return read && 'anchors' in read ? read.anchors.map(({ der }) => certificateThumbprint(der)) : [];
}
