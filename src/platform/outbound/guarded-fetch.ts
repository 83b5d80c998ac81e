import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { request, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { tracedOutbound } from '../tracing/index.js';
import { isPublicAddress } from './public-address.js';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;

/** An address named by a tenant may not be fetched, or did not answer within the limits. */
export class OutboundRefused extends Error {}

/** What a request may carry beside its address: enough for a token endpoint. */
export interface GuardedRequest {
  readonly method?: string | undefined;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  /** A form. */
  readonly body?: unknown;
  /** Of the answer; 256 KiB where nothing is said. */
  readonly maxBytes?: number;
}

/** Headers of a caller that are sent; all others are ours (SSRF-5). */
const PASSED_ON = ['authorization', 'content-type'];

/**
 * Request to a URL that a tenant named (standards SSRF-1 to SSRF-5): https on port 443, no redirects, size and time bounded.
 * The name is resolved once and only public addresses are connected to, so that it cannot be switched afterwards.
 */
export async function guardedFetch(input: string | URL, request: GuardedRequest = {}): Promise<Response> {
  const url = new URL(input);
  requirePublicHttps(url);
  return tracedOutbound(url, (headers) => fetchPublic(url, request, headers));
}

/** @throws OutboundRefused before anything is asked, for what no name could make better */
export function requirePublicHttps(url: URL): void {
  if (url.protocol !== 'https:') throw new OutboundRefused('Only https addresses are fetched.');
  if (url.port !== '') throw new OutboundRefused('Only port 443 is fetched.');
  if (url.username || url.password) throw new OutboundRefused('The address carries credentials.');
  // SSRF-2: Node asks no lookup about a host that is an address already. URL has brought every spelling of it to one form.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw new OutboundRefused('The address is not public.');
}

async function fetchPublic(url: URL, request: GuardedRequest, traced: Readonly<Record<string, string>>): Promise<Response> {
  const response = await send(url, request, { ...passedOn(request), ...traced });
  if (response.statusCode !== 200) {
    response.destroy();
    throw new OutboundRefused(`The address answered ${response.statusCode ?? 'nothing'}.`);
  }
  return new Response(await readBody(response, request.maxBytes ?? MAX_BYTES), {
    status: 200,
    headers: { 'content-type': 'application/json' },
  });
}

function passedOn({ headers }: GuardedRequest): Record<string, string> {
  const given = new Headers(headers);
  return Object.fromEntries(PASSED_ON.flatMap((name): [string, string][] => (given.has(name) ? [[name, given.get(name) ?? '']] : [])));
}

function send(url: URL, { method, body }: GuardedRequest, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method: method ?? 'GET',
      timeout: TIMEOUT_MS,
      lookup: publicLookupBy(dnsLookup),
      agent: false,
      headers: { accept: 'application/json', 'user-agent': 'countersign', ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    };
    request(url, options, resolve)
      .once('error', reject)
      .once('timeout', () => reject(new OutboundRefused('The address did not answer in time.')))
      .end(body === undefined || body === null ? undefined : String(body as string | URLSearchParams));
  });
}

/** SSRF-2: asks once, and what is connected to is what was judged. */
export function publicLookupBy(lookup: typeof dnsLookup): NonNullable<RequestOptions['lookup']> {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = allowed;
      if (!first || allowed.length !== addresses.length)
        return callback(new OutboundRefused('The name resolves to an address that is not public.'), '', 0);
      if (options.all) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new OutboundRefused(`The document is larger than ${maxBytes / 1024} KiB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
