import ipaddr from 'ipaddr.js';
import type { CertificateName } from '@countersign/oauth';
import type { CertificateFacts, NameForm } from './certificate-facts.js';

export const CERTIFICATE_NAME_TYPES = ['dns', 'uri', 'ip', 'email'] as const satisfies readonly CertificateName['type'][];

const MAX_LENGTH = 2048;
const DNS = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7E]+$/;
const EMAIL = /^[\x21-\x3F\x41-\x7E]{1,64}@([^@]+)$/;

interface Kind {
  readonly form: NameForm;
  readonly example: string;
  /** The one way of writing the name; undefined for what is none. Two names are the same when these are. */
  canonical(value: string): string | undefined;
}

const KINDS: Readonly<Record<CertificateName['type'], Kind>> = {
  // No wildcards: a certificate for *.example.com is for nobody in particular.
  dns: { form: 'dNSName', example: 'agent.example.com', canonical: (value) => (DNS.test(value) ? value.toLowerCase() : undefined) },
  // RFC 3986 §6.2.1: as it is written; what must be folded first should not name a client.
  uri: {
    form: 'uniformResourceIdentifier',
    example: 'spiffe://example.com/agent',
    canonical: (value) => (URI.test(value) ? value : undefined),
  },
  ip: { form: 'iPAddress', example: '203.0.113.7', canonical: canonicalAddress },
  // RFC 5280 §7.5: the part before the @ as it is written, the host without case.
  email: { form: 'rfc822Name', example: 'agent@example.com', canonical: canonicalMailbox },
};

/** A text is a URI, an address, a mailbox or a DNS name, whichever it looks like. @returns the mistake in words where it is none. */
export function readCertificateName(sent: unknown): CertificateName | { readonly mistake: string } {
  const name = typeof sent === 'string' ? { type: typeOf(sent), value: sent } : (sent as Partial<CertificateName> | null);
  const kind = CERTIFICATE_NAME_TYPES.find((type) => type === name?.type);
  if (!kind || typeof name?.value !== 'string' || Object.keys(name).length > 2)
    return { mistake: `The name is neither a text nor { "type": "${CERTIFICATE_NAME_TYPES.join('" | "')}", "value": "…" }.` };
  if (name.value.includes('*')) return { mistake: 'The name holds a wildcard. It must name one client.' };
  const value = name.value.length <= MAX_LENGTH ? KINDS[kind].canonical(name.value) : undefined;
  return value === undefined ? { mistake: `The name is not of the kind ${kind}, such as ${KINDS[kind].example}.` } : { type: kind, value };
}

/** MTLS-1, MTLS-3: one of the certificate's names, of the registered kind, is exactly the registered one. */
export function bearsName({ names }: Pick<CertificateFacts, 'names'>, { type, value }: CertificateName): boolean {
  const { form, canonical } = KINDS[type];
  return names.some((name) => name.form === form && canonical(name.text) === value);
}

function typeOf(text: string): CertificateName['type'] {
  if (canonicalAddress(text) !== undefined) return 'ip';
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return 'uri';
  return text.includes('@') ? 'email' : 'dns';
}

function canonicalAddress(text: string): string | undefined {
  // Not the octal and short spellings that the library reads too.
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text).toNormalizedString() : undefined;
}

function canonicalMailbox(text: string): string | undefined {
  const host = EMAIL.exec(text)?.[1];
  return host !== undefined && DNS.test(host) ? text.slice(0, -host.length) + host.toLowerCase() : undefined;
}
