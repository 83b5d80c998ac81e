import { readCertificate, type CertificateFacts } from './certificate-facts.js';
import { KeyUsageFlags } from './library.js';
import { isStrongKey } from './strong-key.policy.js';

/** A rotation with an overlap takes two. */
export const MAX_TRUST_ANCHORS = 5;
export const MAX_TRUST_ANCHORS_LENGTH = 32_768;

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g;
const BASE64 = /^[A-Za-z0-9+/=\s]*$/;

export interface AnchorMistake {
  readonly message: string;
  readonly fix: string;
}

export type TrustAnchors = { readonly anchors: readonly CertificateFacts[] } | { readonly mistake: AnchorMistake };

/** Certificates of a PEM text in their order, in DER. undefined: it holds something else, or something that is not whole. */
export function splitPem(pem: string): Buffer[] | undefined {
  const blocks = [...pem.matchAll(BLOCK)];
  const rest = pem.replace(BLOCK, '');
  const whole = rest.trim() === '' && blocks.every(([, label, body = '']) => label === 'CERTIFICATE' && BASE64.test(body));
  return whole ? blocks.map(([, , body = '']) => Buffer.from(body, 'base64')) : undefined;
}

/** The authorities that a tenant names to vouch for its clients, or what is wrong with them. */
export function readTrustAnchors(pem: string, now: number): TrustAnchors {
  if (/PRIVATE KEY/.test(pem))
    return mistake('It holds a private key. Treat that as leaked.', 'Make a new authority, and send its certificate alone.');
  if (pem.length > MAX_TRUST_ANCHORS_LENGTH) return mistake(`It is longer than ${MAX_TRUST_ANCHORS_LENGTH} characters.`, FIX);
  const ders = splitPem(pem);
  if (!ders) return mistake('It holds something besides certificates in PEM form.', FIX);
  if (ders.length === 0 || ders.length > MAX_TRUST_ANCHORS)
    return mistake(`It holds ${ders.length} certificates, not 1 to ${MAX_TRUST_ANCHORS}.`, FIX);
  return readEach(ders, now);
}

function readEach(ders: readonly Buffer[], now: number): TrustAnchors {
  const anchors: CertificateFacts[] = [];
  for (const [i, der] of ders.entries()) {
    const at = `Certificate ${i + 1} of ${ders.length}`;
    const facts = readCertificate(der);
    if (!facts) return mistake(`${at} cannot be read, or has a critical extension that is not known here.`, FIX);
    const found = mistakeIn(facts, now);
    if (found) return mistake(`${at} ${found.message}`, found.fix);
    if (anchors.some((other) => other.der.equals(der))) return mistake(`${at} stands twice.`, FIX);
    anchors.push(facts);
  }
  return { anchors };
}

const FIX = 'Send the certificate of your own authority, or several one after the other, in PEM form: -----BEGIN CERTIFICATE----- …';
function mistakeIn({ isAuthority, keyUsage, notAfter, certificate }: CertificateFacts, now: number): AnchorMistake | undefined {
  // RFC 5280 §4.2.1.9: what is no authority vouches for nobody.
  if (!isAuthority || (keyUsage !== undefined && (keyUsage & KeyUsageFlags.keyCertSign) === 0))
    return {
      message: 'is not that of a certificate authority (basicConstraints CA:TRUE, keyCertSign).',
      fix: 'Send the certificate of the authority that signs. For a certificate that a client signs itself use self_signed_tls_client_auth.',
    };
  if (notAfter < now) return { message: `expired on ${new Date(notAfter).toISOString()}.`, fix: 'Send one that is valid.' };
  return isStrongKey(certificate)
    ? undefined
    : { message: 'has a key that is too weak.', fix: 'Use RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519.' };
}

function mistake(message: string, fix: string): { readonly mistake: AnchorMistake } {
  return { mistake: { message, fix } };
}
