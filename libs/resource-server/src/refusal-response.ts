import type { ResourceRequestRefused } from './resource-request-refused.js';

export interface RefusalResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: { type: string; title: string; status: number; detail: string; code: string; request_id: string };
}

/** The answer to a refusal: RFC 9457 problem details, and one `WWW-Authenticate` value per scheme. */
export function refusalResponse(refusal: ResourceRequestRefused, requestId: string): RefusalResponse {
  const { status, title, message, code, challenges, retryAfterSeconds, headers } = refusal;
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...headers,
      ...(challenges.length > 0 && { 'www-authenticate': challenges.length === 1 ? String(challenges[0]) : [...challenges] }),
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: { type: 'about:blank', title, status, detail: message, code, request_id: requestId },
  };
}
