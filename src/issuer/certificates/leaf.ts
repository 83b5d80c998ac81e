import { BACKDATED_MS, newSerialNumber, SIGNING_ALGORITHM, wholeSeconds } from './authority.js';
import type { Signer } from './certificate-authority.service.js';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  type PublicKey,
} from '../../platform/x509/index.js';

/** A service that may have certificates. */
export interface LeafSubject {
  /** Stands in the certificate as CN: a service that is made anew under an old name is another one. */
  readonly id: string;
  readonly spiffeId: string;
}

export interface Leaf {
  readonly certificate: X509Certificate;
  readonly serialNumber: string;
  readonly issuedAt: Date;
  readonly notAfter: Date;
}

/** Signs an X.509-SVID (X509-SVID §4): one URI SAN, the key of the request, and nothing else of what the request said. */
export async function signLeaf(signer: Signer, subject: LeafSubject, publicKey: PublicKey, lifetimeSeconds: number): Promise<Leaf> {
  const now = Date.now();
  // Never beyond its authority: such a leaf would not be valid.
  const notAfter = wholeSeconds(Math.min(now + lifetimeSeconds * 1000, signer.certificate.notAfter));
  const serialNumber = newSerialNumber();
  const certificate = await X509CertificateGenerator.create({
    serialNumber,
    subject: [{ CN: [subject.id] }],
    issuer: new X509Certificate(new Uint8Array(signer.certificate.der)).subjectName,
    notBefore: wholeSeconds(now - BACKDATED_MS),
    notAfter,
    publicKey,
    signingKey: signer.key,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([{ type: 'url', value: subject.spiffeId }]),
      await SubjectKeyIdentifierExtension.create(publicKey),
      new AuthorityKeyIdentifierExtension(signer.id),
    ],
  });
  return { certificate, serialNumber, issuedAt: new Date(now), notAfter };
}
