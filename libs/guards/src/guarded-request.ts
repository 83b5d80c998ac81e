import { keysProvenBy, type CertificateSource, type ProvenKeys, type TokenBearingRequest } from '@countersign/resource-server';
import type { Caller } from './caller.js';

/** What the guard reads of a request, whether Fastify's or Express's. */
export interface GuardedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query?: unknown;
  /** Express. */
  readonly rawHeaders?: readonly string[];
  /** Fastify. */
  readonly raw?: { readonly rawHeaders: readonly string[]; readonly socket?: object };
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

/** What a request proves beside the token: the key of a client certificate (RFC 8705 §3). */
export function provenKeys(request: GuardedRequest, certificateOf: CertificateSource | undefined): ProvenKeys {
  return keysProvenBy(request.raw ?? request, certificateOf);
}
