import { reachableUrl, type IssuerLocation, type TraceContext } from '@countersign/oauth';
import type { ClientEvent } from '../client-event.js';
import { systemClock, type Clock } from '../clock.js';
import type { M2MClientOptions } from '../m2m-client-options.js';
import { tracedFetch } from '../traced-fetch.js';
import type { CertificateRequestFailed } from './certificate-request-failed.js';
import type { Transport } from './transport.js';

/** For metrics and logs; holds no token and no key. */
export type IdentityEvent =
  /** `joined`: against a join token; `restored`: from the folder; `trust`: the same certificate, other authorities. */
  | { type: 'generation'; cause: 'joined' | 'restored' | 'renewed' | 'trust'; spiffeId: string; expiresAt: Date }
  /** The current certificate stays until it ends. */
  | { type: 'renewal_failed'; error: CertificateRequestFailed; retryInSeconds: number; expiresAt: Date }
  /** The current bundle stays. */
  | { type: 'bundle_failed'; error: CertificateRequestFailed; retryInSeconds: number }
  /** The certificate works, and a restart will need a join token. */
  | { type: 'not_saved'; error: unknown }
  /** A client of `createServer` that is not of the trust domain; its connection was closed. */
  | { type: 'stranger'; presented: string | undefined }
  | { type: 'token'; event: ClientEvent };

export interface ServiceIdentityOptions extends Omit<IssuerLocation, 'dangerouslyAllowHttp'> {
  /** PEM: who vouches for the issuer's own certificate. The system's authorities are not asked. */
  ca: string | readonly string[];
  /**
   * For the first certificate; used up by it. Beside a kept certificate it is used when the issuer refuses to renew that one. A function is
   * asked each time that one is needed, also after a certificate ended.
   */
  joinToken?: string | (() => string | undefined | Promise<string | undefined>);
  /** Where certificate, key and trust bundle are kept over a restart (one file, mode 0600). Absent: in memory, and each start needs a join token. */
  folder?: string;
  /** Absent: as long as the issuer gives. */
  certificateLifetimeSeconds?: number;
  /** For one request to the issuer. */
  timeoutMs?: number;
  /** How many tokens are kept; of more, the one that was not used for longest goes. */
  maxTokens?: number;
  onEvent?: (event: IdentityEvent) => void;
  /** The trace that requests of the moment belong to, such as `() => storage.getStore()`; its headers go with them. */
  traceContext?: () => TraceContext | undefined;
  clock?: Clock;
  /** From 0 to 1, as `Math.random`: spreads renewals and retries. */
  random?: () => number;
  transport?: Transport;
}

export interface CheckedIdentityOptions {
  readonly issuer: string;
  readonly fetchFrom: string | undefined;
  /** Where the issuer is reached. */
  readonly reachableOrigin: string;
  readonly ca: readonly string[];
  readonly joinToken: () => Promise<string | undefined>;
  /** When the process started. */
  readonly hasJoinToken: boolean;
  readonly folder: string | undefined;
  readonly certificateLifetimeSeconds: number | undefined;
  readonly timeoutMs: number;
  readonly report: (event: IdentityEvent) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly transport: Transport;
  /** For the client of each generation. */
  readonly client: Omit<M2MClientOptions, 'clientId' | 'auth' | 'fetch'>;
}

const TIMEOUT_MS = 10_000;

/** @throws TypeError that says which option is missing or wrong. */
export function checkIdentityOptions(options: ServiceIdentityOptions, transport: Transport): CheckedIdentityOptions {
  const { issuer, fetchFrom, folder, clock = systemClock, random = Math.random, timeoutMs = TIMEOUT_MS, maxTokens } = options;
  if (!URL.canParse(issuer)) throw new TypeError('issuer is not set or no URL.');
  const reachable = new URL(reachableUrl(issuer, options));
  if (reachable.protocol !== 'https:') throw new TypeError('The internal issuer is reached over https.');
  const ca = [options.ca ?? []].flat();
  if (!ca.some((text) => text.includes('-----BEGIN CERTIFICATE-----')))
    throw new TypeError("ca is not set or no PEM: pass the certificate of the issuer's listener, or of who signed it.");
  const report = reporter(options.onEvent);
  const location = { issuer, ...(fetchFrom !== undefined && { fetchFrom }) };
  return {
    ...location,
    fetchFrom,
    reachableOrigin: reachable.origin,
    ca,
    ...joinTokens(options.joinToken),
    folder,
    certificateLifetimeSeconds: options.certificateLifetimeSeconds,
    timeoutMs,
    report,
    clock,
    random,
    transport: traced(options.transport ?? transport, options.traceContext),
    client: {
      ...location,
      clock,
      random,
      timeoutMs,
      ...(maxTokens !== undefined && { maxTokens }),
      onEvent: (event) => report({ type: 'token', event }),
    },
  };
}

/** A text is good once; whoever can get more says so by a function. */
function joinTokens(source: ServiceIdentityOptions['joinToken']): Pick<CheckedIdentityOptions, 'joinToken' | 'hasJoinToken'> {
  if (typeof source === 'function') return { joinToken: async () => (await source())?.trim() || undefined, hasJoinToken: true };
  let left = source?.trim() || undefined;
  const joinToken = async (): Promise<string | undefined> => {
    const token = left;
    left = undefined;
    return token;
  };
  return { joinToken, hasJoinToken: left !== undefined };
}

function reporter(onEvent: ServiceIdentityOptions['onEvent']): (event: IdentityEvent) => void {
  return (event) => {
    try {
      onEvent?.(event);
    } catch {
      // A listener that throws must not cost the service its certificate.
    }
  };
}

function traced(transport: Transport, traceContext: ServiceIdentityOptions['traceContext']): Transport {
  if (!traceContext) return transport;
  return (options) => {
    const channel = transport(options);
    return { ...channel, fetch: tracedFetch(channel.fetch, traceContext) };
  };
}
