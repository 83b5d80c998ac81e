import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type JsonGeneralNames,
} from '@peculiar/x509';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface MadeCertificate {
  readonly der: Buffer;
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface CertificateFields {
  /** Absent: it signs itself. */
  signer?: MadeCertificate | undefined;
  subject?: string;
  issuer?: string;
  uris?: readonly string[];
  otherNames?: JsonGeneralNames;
  ca?: boolean;
  pathLength?: number;
  keyUsage?: number | null;
  extendedKeyUsage?: readonly string[] | null;
  permittedHosts?: readonly string[];
  excludedHosts?: readonly string[];
  extensions?: readonly Extension[];
  notBefore?: Date;
  notAfter?: Date;
  hash?: string;
  keys?: webcrypto.CryptoKeyPair;
  /** In place of that of `keys`, of which nobody has the private half then. */
  publicKey?: webcrypto.CryptoKey;
}

let count = 0;

/** A certificate of any kind, also of kinds that nobody should make. */
export async function makeCertificate(fields: CertificateFields = {}): Promise<MadeCertificate> {
  const { signer, hash = 'SHA-256', notBefore = inHours(-1), notAfter = inHours(24) } = fields;
  const { subject = `CN=certificate ${++count}`, keys = await makeKeys(P256) } = fields;
  const signingKey = (signer ?? { keys }).keys.privateKey;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: webcrypto.getRandomValues(Buffer.alloc(8)).toString('hex'),
    subject,
    issuer: fields.issuer ?? signer?.subject ?? subject,
    notBefore,
    notAfter,
    publicKey: fields.publicKey ?? keys.publicKey,
    signingKey,
    signingAlgorithm: { ...signingKey.algorithm, hash },
    extensions: [...usages(fields), ...names(fields), ...nameConstraints(fields), ...(fields.extensions ?? [])],
  });
  return { der: Buffer.from(certificate.rawData), subject, keys };
}

async function makeKeys(algorithm: object): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm as webcrypto.EcKeyGenParams, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

function usages({ ca = false, pathLength, ...fields }: CertificateFields): Extension[] {
  const usual = ca ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature;
  const { keyUsage = usual, extendedKeyUsage = ca ? null : [ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth] } = fields;
  return [
    new BasicConstraintsExtension(ca, pathLength, true),
    ...(keyUsage === null ? [] : [new KeyUsagesExtension(keyUsage, true)]),
    ...(extendedKeyUsage === null ? [] : [new ExtendedKeyUsageExtension([...extendedKeyUsage])]),
  ];
}

function names({ uris = [], otherNames = [] }: CertificateFields): Extension[] {
  const all: JsonGeneralNames = [...uris.map((value) => ({ type: 'url' as const, value })), ...otherNames];
  return all.length > 0 ? [new SubjectAlternativeNameExtension(all)] : [];
}

export interface RequestFields {
  algorithm?: object;
  hash?: string;
  subject?: string;
  uris?: readonly string[];
  keys?: webcrypto.CryptoKeyPair;
  /** Absent: its own keys sign. */
  signingKeys?: webcrypto.CryptoKeyPair;
}

/** A PKCS #10 request in PEM form, with its key in DER. */
export async function makeRequest(fields: RequestFields = {}): Promise<{ pem: string; spki: Buffer; keys: webcrypto.CryptoKeyPair }> {
  const { algorithm = P256, hash = 'SHA-256', subject = 'CN=anything', uris = [] } = fields;
  const keys = fields.keys ?? (await makeKeys(algorithm));
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys: { publicKey: keys.publicKey, privateKey: (fields.signingKeys ?? keys).privateKey },
    signingAlgorithm: { name: '', ...algorithm, hash },
    extensions: uris.length > 0 ? [new SubjectAlternativeNameExtension(uris.map((value) => ({ type: 'url', value })))] : [],
  });
  const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey));
  return { pem: request.toString('pem'), spki, keys };
}

export function inHours(hours: number): Date {
  return new Date(Math.floor(Date.now() / 1000) * 1000 + hours * 3_600_000);
}

function nameConstraints({ permittedHosts, excludedHosts }: CertificateFields): Extension[] {
  if (!permittedHosts && !excludedHosts) return [];
  const subtrees = (hosts: readonly string[]): GeneralSubtrees =>
    new GeneralSubtrees(hosts.map((host) => new GeneralSubtree({ base: new GeneralName({ uniformResourceIdentifier: host }) })));
  const constraints = new NameConstraints({
    ...(permittedHosts && { permittedSubtrees: subtrees(permittedHosts) }),
    ...(excludedHosts && { excludedSubtrees: subtrees(excludedHosts) }),
  });
  return [new Extension('2.5.29.30', true, AsnConvert.serialize(constraints))];
}
