import { lookup as dnsLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { tracedOutbound } from '../tracing/index.js';
import { FetchPlaces } from './fetch-places.js';
import { OutboundRefused, publicLookupBy, requirePublicHttps } from './guarded-fetch.js';
import { isLoopbackHost } from './public-address.js';

export interface DocumentLimits {
  readonly maxBytes: number;
  /** For all of it: the name, the connection, the answer. */
  readonly timeoutMs: number;
  /** Development: plain http from this machine is fetched too. */
  readonly loopbackAllowed: boolean;
}

/** An answer, whatever its status. */
export interface FetchedDocument {
  readonly status: number;
  readonly headers: Headers;
  /** Empty unless the status is 200. */
  readonly text: string;
}

/** The document is not what may be fetched, whoever asks and however often: too large, or packed. */
export class DocumentRefused extends OutboundRefused {}

/** Of this process. */
const PLACES = new FetchPlaces({ inAll: 8, perHost: 2 });

/**
 * GET of a document that a stranger named, under the rules of `guardedFetch` (SSRF-1 to SSRF-5), with the status and headers left to
 * the caller. Nothing of ours goes along, the trace neither.
 * @throws OutboundRefused where the address may not be fetched; OutboundBusy where too many are being fetched; any other error where
 * it was not reached in time
 */
export async function fetchDocument(
  address: string,
  limits: DocumentLimits,
  lookup: typeof dnsLookup = dnsLookup,
  places = PLACES,
): Promise<FetchedDocument> {
  const url = new URL(address);
  const isOwnMachine = limits.loopbackAllowed && url.protocol === 'http:' && isLoopbackHost(url.hostname);
  if (!isOwnMachine) requirePublicHttps(url);
  return places.within(url.host, lookup, (watched) =>
    tracedOutbound(url, async () => {
      const response = await send(url, limits, isOwnMachine ? {} : { lookup: publicLookupBy(watched) });
      try {
        return await read(response, limits);
      } finally {
        response.destroy();
      }
    }),
  );
}

function send(url: URL, { timeoutMs }: DocumentLimits, connection: RequestOptions): Promise<IncomingMessage> {
  const options: RequestOptions = {
    ...connection,
    agent: false,
    // A packed answer could be a thousand times its size.
    headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'countersign' },
    signal: AbortSignal.timeout(timeoutMs),
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    request(url, options, resolve).once('error', reject).end();
  });
}

async function read(response: IncomingMessage, { maxBytes }: DocumentLimits): Promise<FetchedDocument> {
  const headers = new Headers(
    Object.entries(response.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : [])),
  );
  const status = response.statusCode ?? 0;
  if (status !== 200) return { status, headers, text: '' };
  if ((headers.get('content-encoding') ?? 'identity') !== 'identity') throw new DocumentRefused('The document is packed.');
  // SSRF-4: what says that it is too large is not read.
  if (Number(headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return { status, headers, text: Buffer.concat(chunks).toString('utf8') };
}

function tooLarge(maxBytes: number): DocumentRefused {
  return new DocumentRefused(`The document is larger than ${maxBytes / 1024} KiB.`);
}
