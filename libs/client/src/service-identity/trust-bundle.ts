import { X509Certificate } from 'node:crypto';

const X509_SVID = 'x509-svid';
const REFRESH_SECONDS = { default: 300, min: 5, max: 3600 };

/** The authorities of the trust domain. */
export interface TrustBundle {
  /** PEM each; more than one while they rotate. */
  readonly authorities: readonly string[];
  /** Grows with each change; undefined: not told. */
  readonly sequence: number | undefined;
  readonly refreshSeconds: number;
}

/**
 * SPIFFE Trust Domain and Bundle §4: reads a bundle document.
 * @throws Error that says what is wrong with it.
 */
export function readTrustBundle(document: Record<string, unknown>): TrustBundle {
  const { keys, spiffe_sequence: sequence, spiffe_refresh_hint: hint = REFRESH_SECONDS.default } = document;
  if (!Array.isArray(keys)) throw new Error('The trust bundle has no list of keys.');
  // SPIFFE bundle §4.2.2: keys of other uses are passed over.
  const forCertificates = (keys as unknown[]).filter((key) => (key as { use?: unknown } | null)?.use === X509_SVID);
  if (forCertificates.length === 0) throw new Error('The trust bundle holds no authority for certificates.');
  const { min, max } = REFRESH_SECONDS;
  return {
    authorities: forCertificates.map((key) => authorityOf(key as { x5c?: unknown })).sort(),
    sequence: typeof sequence === 'number' ? sequence : undefined,
    refreshSeconds: typeof hint === 'number' && hint > 0 ? Math.min(max, Math.max(min, hint)) : REFRESH_SECONDS.default,
  };
}

/** SPF-4: a lower sequence is an older bundle, perhaps with an authority that was taken back. */
export function isOlder(bundle: TrustBundle, than: TrustBundle): boolean {
  return than.sequence !== undefined && (bundle.sequence === undefined || bundle.sequence < than.sequence);
}

export function haveSameAuthorities(one: TrustBundle, other: TrustBundle): boolean {
  return one.authorities.join() === other.authorities.join();
}

function authorityOf({ x5c }: { x5c?: unknown }): string {
  // SPIFFE bundle §4.2.2: exactly one certificate.
  const [text, ...others] = Array.isArray(x5c) ? (x5c as unknown[]) : [];
  if (typeof text !== 'string' || others.length > 0) throw new Error('A key of the trust bundle holds not exactly one certificate.');
  const certificate = new X509Certificate(Buffer.from(text, 'base64'));
  if (!certificate.ca) throw new Error('A certificate of the trust bundle is no authority.');
  return certificate.toString();
}
