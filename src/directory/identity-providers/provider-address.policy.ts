import { isLoopbackHost, isPublicHost } from '../../platform/outbound/index.js';

const MAX_LENGTH = 512;

export interface ProviderAddressFacts {
  readonly issuer: string;
  /** SSRF-1: development on this machine, where a provider may be on loopback. */
  readonly loopbackAllowed: boolean;
  /** Issuers of this installation. */
  readonly own: readonly string[];
}

/** What is wrong with the issuer of a provider. Its name is judged again, by its addresses, at every fetch. */
export function mistakeInProvider({ issuer, loopbackAllowed, own }: ProviderAddressFacts): string | undefined {
  if (own.includes(issuer)) return 'This server does not sign people in at itself.';
  const url = readIssuer(issuer);
  if (!url) return 'The issuer is not a URL without query, user and fragment.';
  if (loopbackAllowed && /^https?:$/.test(url.protocol) && isLoopbackHost(url.hostname)) return undefined;
  if (url.protocol !== 'https:') return 'The issuer is not an https URL.';
  return url.port === '' && isPublicHost(url.hostname) ? undefined : 'The issuer is not at a public address on port 443.';
}

// OpenID Connect Discovery §3: an issuer is a URL without query and fragment.
function readIssuer(text: string): URL | undefined {
  if (text.length > MAX_LENGTH || /[?#\s]/.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.username || url.password ? undefined : url;
}
