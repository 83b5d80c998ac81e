import { generateKeyPair, randomBytes, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509';
import {
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '../../platform/x509/index.js';

/** `published` is in the bundle and waits, `active` signs, `retiring` only vouches for what it signed, `removed` does nothing. */
export type AuthorityStatus = 'published' | 'active' | 'retiring' | 'removed';

export interface AuthorityRow {
  /** The certificate's subject key identifier, in hex. */
  readonly id: string;
  readonly trust_domain: string;
  readonly status: AuthorityStatus;
  /** DER. */
  readonly certificate: Buffer;
  /** null once it may not sign any more. */
  readonly sealed_private_key: string | null;
  readonly not_after: Date;
  readonly created_at: Date;
  readonly activated_at: Date | null;
  /** When an operator asked for the next one before its time. */
  readonly replacement_asked_at: Date | null;
  readonly retiring_at: Date | null;
}

export interface NewAuthority {
  readonly id: string;
  /** DER. */
  readonly certificate: Buffer;
  readonly notAfter: Date;
  /** PKCS #8, DER. */
  readonly privateKey: Buffer;
}

export const SIGNING_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

const LIFETIME_MS = 180 * 86_400_000;
/** Clocks of services may be behind ours. */
export const BACKDATED_MS = 300_000;
const NAME_CONSTRAINTS = '2.5.29.30';

const generatePair = promisify(generateKeyPair);

/** A certificate authority of the trust domain that signs leaves and nothing else (X509-SVID §4). */
export async function generateAuthority(trustDomain: string, now: number): Promise<NewAuthority> {
  const { privateKey, publicKey } = await generatePair('ec', { namedCurve: 'P-256' });
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const identifier = await SubjectKeyIdentifierExtension.create(spki);
  const name = `CN=Countersign internal CA, O=${trustDomain}, 2.5.4.5=${identifier.keyId}`;
  const notAfter = wholeSeconds(now + LIFETIME_MS);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: name,
    issuer: name,
    notBefore: wholeSeconds(now - BACKDATED_MS),
    notAfter,
    publicKey: spki,
    signingKey: await importSigningKey(pkcs8),
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://${trustDomain}` }]),
      identifier,
      onlyWithin(trustDomain),
    ],
  });
  return { id: identifier.keyId, certificate: Buffer.from(certificate.rawData), notAfter, privateKey: pkcs8 };
}

/** A key of an authority, which nothing can read out of the process's memory by this API. */
export function importSigningKey(pkcs8: Uint8Array): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), SIGNING_ALGORITHM, false, ['sign']);
}

/** 128 random bits, in hex (RFC 5280 §4.1.2.2: positive, at most 20 octets; the encoder adds a zero where the first bit is set). */
export function newSerialNumber(): string {
  return randomBytes(16).toString('hex');
}

/** X.509 dates have no fractions. */
export function wholeSeconds(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}

// RFC 5280 §4.2.1.10: a verifier that looks at name constraints takes nothing outside the trust domain from this authority.
function onlyWithin(trustDomain: string): Extension {
  const base = new GeneralName({ uniformResourceIdentifier: trustDomain });
  const constraints = new NameConstraints({ permittedSubtrees: new GeneralSubtrees([new GeneralSubtree({ base })]) });
  return new Extension(NAME_CONSTRAINTS, true, AsnConvert.serialize(constraints));
}
