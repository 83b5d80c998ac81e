import { certificateThumbprint, type CertificateName, type ClientCertificate } from '@countersign/oauth';
import {
  bearsName,
  ExtendedKeyUsage,
  findPaths,
  KeyUsageFlags,
  MAX_SENT,
  readCertificate,
  validityOf,
  type CertificateFacts,
  type CertificatePath,
  type PathMistake,
} from '../../../platform/x509/index.js';

/** Why a certificate does not prove the client: for logs and audit. */
export type TenantCertificateRefusal =
  | PathMistake
  | 'unreadable'
  | 'chain_too_long'
  | 'leaf_is_an_authority'
  | 'key_usage'
  | 'extended_key_usage'
  | 'name'
  | 'untrusted'
  | 'not_yet_valid'
  | 'expired';

/** One way from the certificate to an anchor; times in milliseconds since 1970, both ends belong to it. */
interface JudgedPath {
  readonly from: number;
  readonly until: number;
  /** SHA-256 of the anchor's certificate. */
  readonly anchor: string;
}

/** A verdict before dates, which may be kept as long as the anchors stay the same. */
export type TenantCertificateExamination = { readonly refusal: TenantCertificateRefusal } | { readonly paths: readonly JudgedPath[] };

/** RFC 8705 §2.1: a path to one of the tenant's own anchors, and to nothing else, for a certificate that bears the registered name. */
export function examineTenantCertificate(
  { leaf, chain }: ClientCertificate,
  anchors: readonly CertificateFacts[],
  name: CertificateName,
): TenantCertificateExamination {
  if (chain.length > MAX_SENT) return { refusal: 'chain_too_long' };
  const facts = readCertificate(leaf);
  const sent = chain.map(readCertificate);
  if (!facts || !sent.every((certificate) => certificate !== undefined)) return { refusal: 'unreadable' };
  const refusal = mistakeInLeaf(facts);
  if (refusal) return { refusal };
  const { good, mistake } = findPaths(facts, sent, anchors);
  const usable = good.filter(isForClients);
  if (usable.length === 0) return { refusal: mistake ?? (good.length > 0 ? 'extended_key_usage' : 'untrusted') };
  // After the path: only the tenant's own authority is told apart from strangers by what it wrote.
  if (!bearsName(facts, name)) return { refusal: 'name' };
  return {
    paths: usable.map((path) => ({ ...validityOf(path), anchor: certificateThumbprint((path.at(-1) ?? facts).der) })),
  };
}

/** Expiry is a matter of the request: a connection may outlive the certificate that opened it. */
export function judgeTenantCertificate(
  examination: TenantCertificateExamination,
  now: number,
): { readonly refusal: TenantCertificateRefusal } | { readonly anchor: string } {
  if ('refusal' in examination) return examination;
  const current = examination.paths.find(({ from, until }) => from <= now && now <= until);
  if (current) return { anchor: current.anchor };
  return { refusal: examination.paths.some(({ from }) => from <= now) ? 'expired' : 'not_yet_valid' };
}

function mistakeInLeaf({ isAuthority, keyUsage, extendedKeyUsage }: CertificateFacts): TenantCertificateRefusal | undefined {
  if (isAuthority) return 'leaf_is_an_authority';
  // RFC 5280 §4.2.1.3: where the extension stands, it allows what TLS does with the key.
  if (keyUsage !== undefined && (keyUsage & KeyUsageFlags.digitalSignature) === 0) return 'key_usage';
  return allowsClients(extendedKeyUsage) ? undefined : 'extended_key_usage';
}

/** An authority that says what it signs for, such as servers alone, signs for nothing else. */
function isForClients(path: CertificatePath): boolean {
  return path.every(({ extendedKeyUsage }) => allowsClients(extendedKeyUsage));
}

function allowsClients(extendedKeyUsage: CertificateFacts['extendedKeyUsage']): boolean {
  return !extendedKeyUsage || extendedKeyUsage.includes(ExtendedKeyUsage.clientAuth);
}
