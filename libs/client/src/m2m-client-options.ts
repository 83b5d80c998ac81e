import type { ClientAuthentication } from './client-authentication.js';
import type { DpopOptions } from './dpop/dpop-key.js';
import type { ClientEvent } from './client-event.js';
import { systemClock, type Clock } from './clock.js';
import { reachableUrl, type IssuerLocation, type TraceContext } from '@countersign/oauth';
import { tracedFetch } from './traced-fetch.js';

export interface M2MClientOptions extends IssuerLocation {
  clientId: string;
  /** `clientSecret(…)`, `privateKeyJwt(…)`, or one of your own. */
  auth: ClientAuthentication;
  /** Tokens are bound to a key of this client, and calls are sent with proofs of it (RFC 9449). true: a new key for this process. */
  dpop?: DpopOptions | true;
  /** Where tokens are asked for; absent: the issuer's metadata says. */
  tokenEndpoint?: string;
  /** For one request to the issuer. */
  timeoutMs?: number;
  /** How many tokens are kept; of more, the one that was not used for longest goes. */
  maxTokens?: number;
  onEvent?: (event: ClientEvent) => void;
  /** Replace to go by a proxy, a private CA or a client certificate. Drops `Authorization` on a redirect to another origin, as the standard says. */
  fetch?: typeof fetch;
  /** The trace that requests of the moment belong to, such as `() => storage.getStore()`; its headers go with them. */
  traceContext?: () => TraceContext | undefined;
  clock?: Clock;
  /** From 0 to 1, as `Math.random`: spreads refreshes and retries. */
  random?: () => number;
}

const DEFAULTS = { timeoutMs: 10_000, maxTokens: 1_000 };

export type CheckedOptions = M2MClientOptions & Required<Omit<M2MClientOptions, 'fetchFrom' | 'tokenEndpoint' | 'traceContext' | 'dpop'>>;

/** @throws TypeError that says which option is missing or wrong. */
export function checkOptions(options: M2MClientOptions): CheckedOptions {
  const { issuer, clientId, auth, tokenEndpoint, onEvent = () => undefined } = options;
  if (!clientId) throw new TypeError('clientId is empty or not set.');
  if (typeof auth?.authenticate !== 'function') throw new TypeError('auth is not set: pass clientSecret(…) or privateKeyJwt(…).');
  if (!URL.canParse(issuer)) throw new TypeError('issuer is not set or no URL.');
  // RFC 8414 §2: an issuer has no query and no fragment.
  if (/[?#]/.test(issuer)) throw new TypeError('issuer has a query or a fragment, which no issuer has.');
  reachableUrl(tokenEndpoint ?? issuer, options);
  // Looked up for each request: instrumentation may replace it later.
  const fetch = options.fetch ?? ((...request: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...request));
  return {
    ...DEFAULTS,
    dangerouslyAllowHttp: false,
    clock: systemClock,
    random: Math.random,
    ...withoutUndefined(options),
    fetch: options.traceContext ? tracedFetch(fetch, options.traceContext) : fetch,
    onEvent: (event) => {
      try {
        onEvent(event);
      } catch {
        // A listener that throws must not cost a caller its token.
      }
    },
  };
}

function withoutUndefined(options: M2MClientOptions): M2MClientOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as M2MClientOptions;
}
