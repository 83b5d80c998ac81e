import type { ProblemItem } from '../../platform/http/index.js';
import { isLoopbackHost, isPublicHost } from '../../platform/outbound/index.js';

const MAX_ISSUER_LENGTH = 512;
// SPIFFE-ID §2.1: a trust domain is lower case and has no port; a trust is in a domain, not in one of its workloads.
const TRUST_DOMAIN = /^spiffe:\/\/[a-z0-9._-]{1,255}$/;

export interface AddressFacts {
  readonly issuer: string;
  readonly jwksUri: string | null;
  readonly hasKeys: boolean;
  /** SSRF-1: development on this machine, where an issuer may be on loopback. */
  readonly loopbackAllowed: boolean;
  /** Issuers of this installation. */
  readonly own: readonly string[];
}

/** What is wrong with the name of an issuer and the place of its keys. Names are judged again, by their addresses, at every fetch. */
export function mistakesInAddresses(facts: AddressFacts): ProblemItem[] {
  const { issuer, jwksUri, hasKeys, own } = facts;
  const isSpiffe = TRUST_DOMAIN.test(issuer);
  const issuerMistake = own.includes(issuer) ? 'This server does not trust its own tokens as those of a workload.' : mistakeInIssuer(facts);
  if (issuerMistake && !isSpiffe)
    return [{ location: '/issuer', message: issuerMistake, fix: 'Send the iss of the tokens: an https URL, or spiffe://<trust domain>.' }];
  if (hasKeys && jwksUri !== null)
    return [{ location: '/jwks_uri', message: 'jwks and jwks_uri are both sent.', fix: 'Send at most one of them.' }];
  if (isSpiffe && !hasKeys && jwksUri === null)
    return [{ location: '/jwks_uri', message: 'A trust domain has no discovery.', fix: 'Send jwks, or the jwks_uri of its bundle.' }];
  const message = jwksUri === null ? undefined : mistakeInJwksUri(jwksUri, facts);
  return message ? [{ location: '/jwks_uri', message, fix: 'Send a public https URL, or send the keys themselves as jwks.' }] : [];
}

function mistakeInIssuer({ issuer, hasKeys, loopbackAllowed }: AddressFacts): string | undefined {
  const url = readUrl(issuer);
  if (!url || issuer.length > MAX_ISSUER_LENGTH || /[?\s]/.test(issuer)) return 'The issuer is not a URL without query, user and fragment.';
  if (loopbackAllowed && isLoopback(url)) return undefined;
  if (url.protocol !== 'https:') return 'The issuer is not an https URL.';
  // With keys of its own nothing is ever fetched from it: a cluster inside a private network is named by its private URL.
  return hasKeys || isFetchable(url) ? undefined : 'The issuer is not at a public address on port 443.';
}

function mistakeInJwksUri(jwksUri: string, { issuer, loopbackAllowed }: AddressFacts): string | undefined {
  const url = readUrl(jwksUri);
  if (!url) return 'The address is not a URL without user and fragment.';
  if (loopbackAllowed && isLoopback(url) && url.origin === new URL(issuer).origin) return undefined;
  return url.protocol === 'https:' && isFetchable(url) ? undefined : 'The address is not public https on port 443.';
}

function readUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && url.hostname !== '' && !url.username && !url.password && !text.includes('#') ? url : undefined;
}

function isLoopback(url: URL): boolean {
  return /^https?:$/.test(url.protocol) && isLoopbackHost(url.hostname);
}

function isFetchable(url: URL): boolean {
  return url.port === '' && isPublicHost(url.hostname);
}
