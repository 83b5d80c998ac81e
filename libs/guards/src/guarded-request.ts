import type { HttpRequestFacts, TokenBearingRequest } from '@countersign/resource-server';
import type { Caller } from './caller.js';

/** What the guard reads of a request, whether Fastify's or Express's. */
export interface GuardedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query?: unknown;
  /** Parsed; absent before that. */
  readonly body?: unknown;
  readonly url?: string;
  /** Express: the whole path, where routers shorten `url`. */
  readonly originalUrl?: string;
  /** Express. */
  readonly rawHeaders?: readonly string[];
  /** Fastify: what node received, with the path after `rewriteUrl`. */
  readonly raw?: { readonly rawHeaders: readonly string[]; readonly socket?: object; readonly url?: string | undefined };
  /** Express, and Fastify too. */
  readonly socket?: object;
  readonly id?: unknown;
  /** Where passport puts the caller. */
  user?: Caller;
}

/** Without touching `headers`, which node builds only when somebody asks: a tenth of the cost of a small route. */
export function tokenBearing(request: GuardedRequest): TokenBearingRequest {
  const rawHeaders = request.rawHeaders ?? request.raw?.rawHeaders;
  return rawHeaders ? { rawHeaders, query: request.query } : { headers: request.headers, query: request.query };
}

/** The same for everything that may prove a key: the connection, the address, the headers. */
export function httpFacts(request: GuardedRequest): HttpRequestFacts {
  const { raw, method, url, originalUrl, rawHeaders, headers, socket } = request;
  if (raw) return { method, url: raw.url, rawHeaders: raw.rawHeaders, socket: raw.socket, received: raw };
  return { method, url, originalUrl, rawHeaders, headers, socket, received: request };
}
