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

/** Path of the document, as requests name it. @throws TypeError for a plain name, which has none. */
export function metadataPath({ audience, metadataUrl }: ResourceServer): string {
  if (metadataUrl === undefined) throw new TypeError(`"${audience}" is a plain name; only a URL has resource metadata (RFC 9728 §1.2).`);
  return new URL(metadataUrl).pathname;
}

/** The document, made once; undefined for methods that it does not answer. */
export function metadataResponder(server: ResourceServer): (method: string | undefined) => PlainResponse | undefined {
  const document: PlainResponse = { status: 200, headers: DOCUMENT_HEADERS, body: JSON.stringify(server.metadata()) };
  const preflight: PlainResponse = { status: 204, headers: PREFLIGHT_HEADERS, body: '' };
  return (method) => {
    if (method === 'GET' || method === 'HEAD') return document;
    return method === 'OPTIONS' ? preflight : undefined;
  };
}
