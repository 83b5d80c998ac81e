import { createPublicKey } from 'node:crypto';
import { Pkcs10CertificateRequest, type PublicKey } from '../../platform/x509/index.js';

const MAX_LENGTH = 8_192;
const CURVES = ['prime256v1', 'secp384r1'];
const HASHES = ['SHA-256', 'SHA-384', 'SHA-512'];
const RSA_BITS = { min: 2048, max: 4096 };
const RSA_EXPONENT = 65_537n;
/** RFC 7468 §7; older tools write NEW. */
const PEM = /^\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----\s[A-Za-z0-9+/=\s]+-----END (?:NEW )?CERTIFICATE REQUEST-----\s*$/;

/** Why a request for a certificate is refused, in words for its developer. */
export class CertificateRequestRefused extends Error {}

/**
 * The key of a PKCS #10 request, when the request proves that its sender holds it. Nothing else of the request is used:
 * subject and alternative names are the issuer's to say.
 * @throws CertificateRequestRefused
 */
export async function provenKeyOf(pem: string): Promise<PublicKey> {
  if (pem.length > MAX_LENGTH || !PEM.test(pem))
    throw new CertificateRequestRefused('It is not one PKCS #10 request in PEM form of at most 8 KiB.');
  let request: Pkcs10CertificateRequest;
  try {
    request = new Pkcs10CertificateRequest(pem);
    checkKey(request.publicKey);
  } catch (error) {
    throw error instanceof CertificateRequestRefused ? error : new CertificateRequestRefused('It cannot be read.');
  }
  if (!HASHES.includes(hashOf(request))) throw new CertificateRequestRefused('It must be signed with SHA-256, SHA-384 or SHA-512.');
  // RFC 2986 §4.2: the signature proves possession of the key.
  const proven = await request.verify().catch(() => false);
  if (!proven) throw new CertificateRequestRefused('Its signature does not fit its key.');
  return request.publicKey;
}

function hashOf({ signatureAlgorithm }: Pkcs10CertificateRequest): string {
  return (signatureAlgorithm as { hash?: { name?: string } }).hash?.name ?? '';
}

function checkKey(key: PublicKey): void {
  const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({ key: Buffer.from(key.rawData), format: 'der', type: 'spki' });
  const { namedCurve = '', modulusLength = 0, publicExponent } = asymmetricKeyDetails ?? {};
  const strong =
    (asymmetricKeyType === 'ec' && CURVES.includes(namedCurve)) ||
    (asymmetricKeyType === 'rsa' && modulusLength >= RSA_BITS.min && modulusLength <= RSA_BITS.max && publicExponent === RSA_EXPONENT);
  if (!strong)
    throw new CertificateRequestRefused('Its key must be EC P-256, EC P-384 or RSA of 2048 to 4096 bits with the exponent 65537.');
}
