import { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { NameConstraints, SubjectAlternativeName, type GeneralName } from '@peculiar/asn1-x509';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  X509Certificate as ParsedCertificate,
} from './library.js';

const MAX_DER_BYTES = 8_192;
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const NAME_CONSTRAINTS = '2.5.29.30';
/** Extensions that are judged here; RFC 5280 §4.2: any other that is critical refuses the certificate. */
const JUDGED = new Set(['2.5.29.15', SUBJECT_ALTERNATIVE_NAME, '2.5.29.19', NAME_CONSTRAINTS, '2.5.29.37']);

export type NameForm = keyof GeneralName;

export interface Name {
  readonly form: NameForm;
  /** Of a URI, a DNS name, an e-mail or an IP address; empty for forms that nothing here compares. */
  readonly text: string;
}

/** What a certificate says, read once. None of it is judged. */
export interface CertificateFacts {
  readonly der: Buffer;
  /** For signatures and names of issuers. */
  readonly certificate: X509Certificate;
  readonly isAuthority: boolean;
  /** How many authorities may stand between it and a leaf. */
  readonly pathLength: number;
  /** Bits of KeyUsageFlags. */
  readonly keyUsage: number | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly names: readonly Name[];
  readonly hasSubject: boolean;
  readonly commonName: string | undefined;
  readonly permitted: readonly Name[];
  readonly excluded: readonly Name[];
  readonly hash: string | undefined;
  /** Milliseconds since 1970; both belong to the validity. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** @returns undefined for what is no certificate, or one that holds something that cannot be judged. */
export function readCertificate(der: Buffer): CertificateFacts | undefined {
  if (der.length > MAX_DER_BYTES) return undefined;
  try {
    const parsed = new ParsedCertificate(new Uint8Array(der));
    return hasUnjudgedExtensions(parsed) ? undefined : factsOf(der, parsed);
  } catch {
    return undefined;
  }
}

function factsOf(der: Buffer, parsed: ParsedCertificate): CertificateFacts {
  const basic = parsed.getExtension(BasicConstraintsExtension);
  const constraints = extensionOf(parsed, NAME_CONSTRAINTS, NameConstraints);
  return {
    der,
    certificate: new X509Certificate(der),
    isAuthority: basic?.ca ?? false,
    pathLength: basic?.pathLength ?? Number.POSITIVE_INFINITY,
    keyUsage: parsed.getExtension(KeyUsagesExtension)?.usages,
    extendedKeyUsage: parsed.getExtension(ExtendedKeyUsageExtension)?.usages.map(String),
    names: (extensionOf(parsed, SUBJECT_ALTERNATIVE_NAME, SubjectAlternativeName) ?? []).map(nameOf),
    hasSubject: parsed.subject !== '',
    commonName: parsed.subjectName.getField('CN')[0],
    permitted: (constraints?.permittedSubtrees ?? []).map(({ base }) => nameOf(base)),
    excluded: (constraints?.excludedSubtrees ?? []).map(({ base }) => nameOf(base)),
    hash: hashOf(parsed),
    notBefore: parsed.notBefore.getTime(),
    notAfter: parsed.notAfter.getTime(),
  };
}

function extensionOf<T>(parsed: ParsedCertificate, oid: string, type: new () => T): T | undefined {
  const extension = parsed.getExtension(oid);
  return extension ? AsnConvert.parse(extension.value, type) : undefined;
}

function nameOf(name: GeneralName): Name {
  const form = (Object.keys(name) as NameForm[]).find((key) => name[key] !== undefined) ?? 'otherName';
  const value = name[form];
  return { form, text: typeof value === 'string' ? value : '' };
}

function hasUnjudgedExtensions({ extensions }: ParsedCertificate): boolean {
  const types = extensions.map(({ type }) => type);
  // RFC 5280 §4.2: no extension stands twice; of two, readers would take different ones.
  return new Set(types).size !== types.length || extensions.some(({ critical, type }) => critical && !JUDGED.has(type));
}

function hashOf({ signatureAlgorithm }: ParsedCertificate): string | undefined {
  const { name, hash } = signatureAlgorithm as { name?: string; hash?: { name?: string } };
  // EdDSA names no hash: it has its own.
  return name === 'Ed25519' ? 'SHA-512' : hash?.name;
}
