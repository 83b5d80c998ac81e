import type { Settings } from '../config/index.js';
import { tracedOutbound } from '../tracing/index.js';
import { guardedFetch } from './guarded-fetch.js';
import { isLoopbackHost } from './public-address.js';

/** SSRF-1: plain HTTP from loopback only in development, and only where this server is on loopback itself. */
export function allowsLoopback({ NODE_ENV, PUBLIC_URL }: Pick<Settings, 'NODE_ENV' | 'PUBLIC_URL'>): boolean {
  return NODE_ENV !== 'production' && isLoopbackHost(new URL(PUBLIC_URL).hostname);
}

/**
 * What fetches the documents of an issuer: `guardedFetch`, except that in development an issuer on loopback is reached at its own
 * origin. Whatever else such an issuer names, and whatever another one names on loopback, is refused.
 */
export function issuerFetch(issuer: string, loopbackAllowed: boolean): typeof fetch {
  const own = URL.canParse(issuer) ? new URL(issuer) : undefined;
  const onLoopback = loopbackAllowed && own !== undefined && isLoopbackHost(own.hostname);
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return onLoopback && url.origin === own.origin ? loopbackFetch(url, init) : guardedFetch(url, init);
  };
}

function loopbackFetch(url: URL, init: RequestInit | undefined): Promise<Response> {
  return tracedOutbound(url, (traced) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(traced)) headers.set(name, value);
    return fetch(url, { ...init, headers, redirect: 'error' });
  });
}
