import { MalformedCredentials } from './bearer-token.js';
import type { CertificateBearingRequest } from './certificate-source.js';

export const CERTIFICATE_HEADERS = ['client-cert', 'client-cert-chain', 'x-forwarded-client-cert'] as const;
export type CertificateHeaderName = (typeof CERTIFICATE_HEADERS)[number];
export type CertificateHeaders = Readonly<Partial<Record<CertificateHeaderName, readonly string[]>>>;

const LENGTHS: ReadonlySet<number> = new Set(CERTIFICATE_HEADERS.map((name) => name.length));

/** The lines of the headers in which a certificate may stand; undefined when there are none. */
export function certificateHeadersOf({ rawHeaders, headers }: CertificateBearingRequest): CertificateHeaders | undefined {
  return rawHeaders ? linesIn(rawHeaders) : valuesIn(headers ?? {});
}

function linesIn(rawHeaders: readonly string[]): CertificateHeaders | undefined {
  let found: Partial<Record<CertificateHeaderName, string[]>> | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i] ?? '';
    // On every request: lower case only where the length fits.
    if (!LENGTHS.has(raw.length)) continue;
    const name = CERTIFICATE_HEADERS.find((each) => each === raw.toLowerCase());
    if (name) ((found ??= {})[name] ??= []).push(rawHeaders[i + 1] ?? '');
  }
  return found;
}

function valuesIn(headers: NonNullable<CertificateBearingRequest['headers']>): CertificateHeaders | undefined {
  const found = CERTIFICATE_HEADERS.filter((name) => headers[name] !== undefined).map(
    (name) => [name, [headers[name] ?? []].flat()] as const,
  );
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** @throws MalformedCredentials for two lines of one name: the second may be the client's own (MTLS-8) */
export function soleLine(lines: readonly string[] | undefined, name: CertificateHeaderName): string | undefined {
  if (lines && lines.length > 1) throw new MalformedCredentials('certificate_header_repeated', `${name} is sent more than once.`);
  return lines?.[0];
}

export function malformed(name: CertificateHeaderName, what: string): MalformedCredentials {
  return new MalformedCredentials('certificate_header_malformed', `${name} ${what}.`);
}
