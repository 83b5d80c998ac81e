import { reachableUrl } from '@countersign/oauth';
import { readText } from './fetch-json.js';
import { accessHeaders, type IssuerAccess } from './issuer-access.js';
import { fetchUntilAborted, untilAborted } from './until-aborted.js';

export interface IntrospectionEndpointOptions extends IssuerAccess {
  issuer: string;
  /** Base URL under which this process reaches the issuer, where it differs from the issuer's name (containers). */
  fetchFrom?: string;
  /** Sends the credential over plain HTTP to a host that is not loopback. */
  dangerouslyAllowHttp?: boolean;
  timeoutMs?: number;
}

/** The parts of an answer that are read (RFC 7662 §2.2); anything else in it is ignored. */
export type IntrospectionResponse = Readonly<Record<string, unknown>>;

const MAX_BYTES = 64 * 1024;
const DEFAULT_TIMEOUT_MS = 5_000;

/** Asks the issuer about a credential that does not speak for itself. @throws Error when there is no answer */
export function introspectionEndpoint(options: IntrospectionEndpointOptions): (token: string) => Promise<IntrospectionResponse> {
  const { fetch = globalThis.fetch, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const url = reachableUrl(`${options.issuer}/oauth/introspect`, options);
  const headers = { ...accessHeaders(options), accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  return async (token) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const body = new URLSearchParams({ token }).toString();
    // The credential and the key go to the configured place, and nowhere that a redirect names.
    const init = { method: 'POST', headers, body, redirect: 'error', credentials: 'omit', signal } as const;
    const response = await fetchUntilAborted(fetch, url, init);
    if (response.status === 200 && response.body) return readObject(await readText(untilAborted(response.body, signal), MAX_BYTES));
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}.`);
  };
}

function readObject(text: string): IntrospectionResponse {
  const answer: unknown = JSON.parse(text);
  if (typeof answer !== 'object' || answer === null) throw new Error('The answer of the introspection endpoint is no object.');
  return answer as IntrospectionResponse;
}
