import type { JsonWebKey } from 'node:crypto';
import type { OwnBundle } from './certificate-authority.service.js';
import type { TrustBundle } from './svid.policy.js';
import { readCertificate, type CertificateFacts } from '../../platform/x509/index.js';

/** How often services should look for a new bundle. */
const REFRESH_HINT_SECONDS = 300;
const X509_SVID = 'x509-svid';

/** SPIFFE Trust Domain and Bundle §4: a JWK set. */
export interface BundleDocument {
  readonly spiffe_sequence: number;
  readonly spiffe_refresh_hint: number;
  readonly keys: readonly (JsonWebKey & { use: string; x5c: readonly string[] })[];
}

export interface ReadBundle {
  readonly authorities: readonly CertificateFacts[];
  readonly sequence: number | undefined;
}

/** What is wrong with a bundle of somebody else, in words. */
export class InvalidBundle extends Error {}

export function writeBundle({ authorities, sequence }: OwnBundle): BundleDocument {
  const keys = authorities.map(({ certificate, der }) => ({
    ...certificate.publicKey.export({ format: 'jwk' }),
    use: X509_SVID,
    x5c: [der.toString('base64')],
  }));
  return { spiffe_sequence: sequence, spiffe_refresh_hint: REFRESH_HINT_SECONDS, keys };
}

/** One PEM each. */
export function authoritiesInPem({ authorities }: TrustBundle): string[] {
  return authorities.map(({ certificate }) => certificate.toString());
}

/** The X.509 authorities of a bundle. @throws InvalidBundle */
export function readBundle(text: string): ReadBundle {
  const document = parse(text);
  const { keys, spiffe_sequence: sequence } = document;
  if (!Array.isArray(keys)) throw new InvalidBundle('It has no list of keys.');
  if (sequence !== undefined && !Number.isSafeInteger(sequence)) throw new InvalidBundle('Its spiffe_sequence is no whole number.');
  // SPIFFE bundle §4.2.2: keys of other uses, and of uses that are not known yet, are passed over.
  const authorities = (keys as unknown[]).filter(isForCertificates).map(({ x5c }, i) => authorityOf(x5c, i));
  if (authorities.length === 0) throw new InvalidBundle('It holds no authority for X.509-SVIDs.');
  return { authorities, sequence: sequence as number | undefined };
}

function parse(text: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null) return document as Record<string, unknown>;
  } catch {
    // No JSON: the same words.
  }
  throw new InvalidBundle('It is not a JSON object.');
}

function isForCertificates(key: unknown): key is { x5c?: unknown } {
  return typeof key === 'object' && key !== null && (key as { use?: unknown }).use === X509_SVID;
}

function authorityOf(x5c: unknown, index: number): CertificateFacts {
  // SPIFFE bundle §4.2.2: x5c holds exactly one certificate.
  const [text, ...others] = Array.isArray(x5c) ? (x5c as unknown[]) : [];
  const facts = typeof text === 'string' && others.length === 0 ? readCertificate(Buffer.from(text, 'base64')) : undefined;
  if (!facts?.isAuthority) throw new InvalidBundle(`The X.509-SVID key ${index + 1} does not hold exactly one authority certificate.`);
  return facts;
}
