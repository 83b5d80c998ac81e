import { certificateThumbprint, parseSpiffeId, type ClientCertificate } from '@countersign/oauth';
import {
  ExtendedKeyUsage,
  findPaths,
  KeyUsageFlags,
  MAX_SENT,
  readCertificate,
  validityOf,
  type CertificateFacts,
  type PathMistake,
} from '../../platform/x509/index.js';

/** The authorities that may sign for one trust domain. */
export interface TrustBundle {
  readonly trustDomain: string;
  readonly authorities: readonly CertificateFacts[];
}

/** Why a certificate proves nobody: for logs and audit. */
export type SvidRefusal =
  | PathMistake
  | 'unreadable'
  | 'chain_too_long'
  | 'leaf_is_an_authority'
  | 'key_usage'
  | 'extended_key_usage'
  | 'no_uri_san'
  | 'several_uri_sans'
  | 'not_a_spiffe_id'
  | 'other_trust_domain'
  | 'untrusted'
  | 'not_yet_valid'
  | 'expired';

/** A workload that proved its SPIFFE id. */
export interface VerifiedSvid {
  readonly spiffeId: string;
  readonly trustDomain: string;
  /** `x5t#S256` of the leaf. */
  readonly thumbprint: string;
  readonly commonName: string | undefined;
  /** Milliseconds since 1970: the first end in the path. */
  readonly validUntil: number;
}

export type SvidVerdict = { readonly svid: VerifiedSvid } | { readonly refusal: SvidRefusal };

/** A verdict before dates, which may be kept as long as the bundles stay the same. */
export type SvidExamination =
  | { readonly refusal: SvidRefusal }
  | { readonly svid: Omit<VerifiedSvid, 'validUntil'>; readonly validity: readonly { from: number; until: number }[] };

/** X509-SVID §5: whom the certificate names, when a bundle of its trust domain vouches for it now. */
export function verifySvid(presented: ClientCertificate, bundles: readonly TrustBundle[], now: number): SvidVerdict {
  return judgeMoment(examineSvid(presented, bundles), now);
}

export function examineSvid({ leaf, chain }: ClientCertificate, bundles: readonly TrustBundle[]): SvidExamination {
  if (chain.length > MAX_SENT) return { refusal: 'chain_too_long' };
  const facts = readCertificate(leaf);
  const sent = chain.map(readCertificate);
  if (!facts || !sent.every((certificate) => certificate !== undefined)) return { refusal: 'unreadable' };
  const refusal = mistakeInLeaf(facts);
  if (refusal) return { refusal };
  const named = spiffeIdIn(facts);
  if ('refusal' in named) return named;
  const bundle = bundles.find(({ trustDomain }) => trustDomain === named.trustDomain);
  // X509-SVID §5.2 and SPIFFE federation: an authority vouches for its own trust domain and for no other.
  if (!bundle) return { refusal: 'other_trust_domain' };
  const { good, mistake } = findPaths(facts, sent, bundle.authorities);
  if (good.length === 0) return { refusal: mistake ?? 'untrusted' };
  return {
    svid: { ...named, thumbprint: certificateThumbprint(leaf), commonName: facts.commonName },
    validity: good.map(validityOf),
  };
}

/** Expiry is a matter of the request, not of the handshake: a connection may outlive the certificate that opened it. */
export function judgeMoment(examination: SvidExamination, now: number): SvidVerdict {
  if ('refusal' in examination) return examination;
  const { svid, validity } = examination;
  const current = validity.filter(({ from, until }) => from <= now && now <= until);
  if (current.length > 0) return { svid: { ...svid, validUntil: Math.max(...current.map(({ until }) => until)) } };
  return { refusal: validity.some(({ from }) => from <= now) ? 'expired' : 'not_yet_valid' };
}

/** Whether the certificate says that it is of a workload of one of these domains, whoever signed it and whatever was sent beside it. */
export function namesWorkload(leaf: Buffer, trustDomains: readonly string[]): boolean {
  const { names = [] } = readCertificate(leaf) ?? {};
  return names.some(({ form, text }) => {
    const id = form === 'uniformResourceIdentifier' ? parseSpiffeId(text) : undefined;
    return id !== undefined && trustDomains.includes(id.trustDomain);
  });
}

function mistakeInLeaf({ isAuthority, keyUsage, extendedKeyUsage }: CertificateFacts): SvidRefusal | undefined {
  // X509-SVID §4.1: a leaf is no authority.
  if (isAuthority) return 'leaf_is_an_authority';
  // X509-SVID §4.3: digitalSignature, and neither keyCertSign nor cRLSign.
  if (keyUsage === undefined || (keyUsage & KeyUsageFlags.digitalSignature) === 0) return 'key_usage';
  if ((keyUsage & (KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign)) !== 0) return 'key_usage';
  // X509-SVID §4.4: where the extension stands, it holds clientAuth.
  if (extendedKeyUsage && !extendedKeyUsage.includes(ExtendedKeyUsage.clientAuth)) return 'extended_key_usage';
  return undefined;
}

function spiffeIdIn({ names }: CertificateFacts): { spiffeId: string; trustDomain: string } | { refusal: SvidRefusal } {
  const [uri, second] = names.filter(({ form }) => form === 'uniformResourceIdentifier');
  if (!uri) return { refusal: 'no_uri_san' };
  // X509-SVID §2: exactly one URI SAN, whatever the others are.
  if (second) return { refusal: 'several_uri_sans' };
  const id = parseSpiffeId(uri.text);
  // X509-SVID §5.2: a leaf's id has a path.
  if (!id || id.path === '') return { refusal: 'not_a_spiffe_id' };
  return { spiffeId: uri.text, trustDomain: id.trustDomain };
}
