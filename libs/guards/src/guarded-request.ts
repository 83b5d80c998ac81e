import type { TokenBearingRequest } from '@countersign/resource-server';
import type { Caller } from './caller.js';

/** What the guard reads of a request, whether Fastify's or Express's. */
export interface GuardedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query?: unknown;
  /** Express. */
  readonly rawHeaders?: readonly string[];
  /** Fastify. */
  readonly raw?: { readonly rawHeaders: readonly string[] };
  readonly id?: unknown;
  /** Where passport puts the caller. */
  user?: Caller;
}

export function tokenBearing({ headers, query, raw, rawHeaders }: GuardedRequest): TokenBearingRequest {
  return { headers, query, rawHeaders: rawHeaders ?? raw?.rawHeaders };
}
