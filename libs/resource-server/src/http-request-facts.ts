import { extractBearerToken, extractToken, type PresentedToken } from './bearer-token.js';
import type { CertificateBearingRequest } from './certificate-source.js';
import { ResourceRequestRefused } from './resource-request-refused.js';

/** What is read of an HTTP request. An `IncomingMessage` of node:http fits as it is, and so does Express's request. */
export interface HttpRequestFacts {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** As received, where a framework shortens or rewrites `url`. */
  readonly originalUrl?: string | undefined;
  /** As node received them: preferred, because of several `Authorization` headers `headers` keeps only the first. */
  readonly rawHeaders?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** Where it is a TLS socket, its client certificate proves what tokens are bound to (RFC 8705 §3). */
  readonly socket?: object | undefined;
  /** The request that these facts are of, where they are not the request itself: certificates are looked up by it. */
  readonly received?: CertificateBearingRequest | undefined;
}

/**
 * The token of a request that may be answered at all; undefined when it carries none, or one under a scheme that is not taken.
 * @throws MalformedCredentials, ResourceRequestRefused
 */
export function tokenOf(request: HttpRequestFacts, takesDpop: boolean): PresentedToken | undefined {
  if (isPreflight(request)) throw new ResourceRequestRefused('preflight_unanswered', 'This API answers no cross-origin requests.');
  const { rawHeaders, headers, originalUrl, url } = request;
  const query = queryOf(originalUrl ?? url ?? '');
  const bearing = rawHeaders ? { rawHeaders, query } : { headers, query };
  if (takesDpop) return extractToken(bearing);
  const token = extractBearerToken(bearing);
  return token === undefined ? undefined : { scheme: 'bearer', token };
}

// A CORS preflight carries no credentials by design: it is never challenged, and never reaches a protected handler either.
export function isPreflight({ method, headers }: Pick<HttpRequestFacts, 'method' | 'headers'>): boolean {
  return method === 'OPTIONS' && headers?.['access-control-request-method'] !== undefined;
}

// From the URL itself: frameworks let an application replace or switch off what parses their `query`.
function queryOf(url: string): Readonly<Record<string, string>> | undefined {
  const start = url.indexOf('?');
  return start === -1 ? undefined : Object.fromEntries(new URLSearchParams(url.slice(start)));
}
