import type { ResourceServer } from './resource-server.js';

/** An answer that every framework can send. */
export interface PlainResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

// RFC 9728 §3.2; public, cacheable, readable from any origin: clients in browsers look here before they have a token.
const DOCUMENT_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'public, max-age=300, stale-while-revalidate=3600',
  'access-control-allow-origin': '*',
};
const PREFLIGHT_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': '*',
  'access-control-max-age': '86400',
};

export interface ServedMetadata {
  /** Of the document, as requests name it. */
  readonly path: string;
  /** undefined for methods that it does not answer. */
  respond(method: string | undefined): PlainResponse | undefined;
}

/** The document, made once; undefined for a plain name, such as that of an internal service, which has none (RFC 9728 §1.2). */
export function servedMetadata(server: ResourceServer): ServedMetadata | undefined {
  if (server.metadataUrl === undefined) return undefined;
  const document: PlainResponse = { status: 200, headers: DOCUMENT_HEADERS, body: JSON.stringify(server.metadata()) };
  const preflight: PlainResponse = { status: 204, headers: PREFLIGHT_HEADERS, body: '' };
  return {
    path: new URL(server.metadataUrl).pathname,
    respond(method) {
      if (method === 'GET' || method === 'HEAD') return document;
      return method === 'OPTIONS' ? preflight : undefined;
    },
  };
}
