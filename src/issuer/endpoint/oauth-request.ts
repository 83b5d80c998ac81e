import type { FastifyRequest } from 'fastify';
import { FormParameters, OAuthError, type OAuthRequest, type Zone } from '@countersign/oauth';
import { clientCertificateOf } from '../../platform/http/index.js';

const FORM = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?\s*$/i;
const SECRET_PARAMETERS = [
  'client_secret',
  'client_assertion',
  'code',
  'device_code',
  'token',
  'assertion',
  'refresh_token',
  'subject_token',
  'actor_token',
];

/** Reads a request to an OAuth endpoint: a form in the body and nothing else. @throws OAuthError `invalid_request` */
export function readOAuthRequest(request: FastifyRequest, zone: Zone): OAuthRequest {
  // HTTP-4: only forms; a JSON body is refused rather than half understood.
  if (typeof request.body !== 'string' || !FORM.test(request.headers['content-type'] ?? '')) {
    throw new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded in the body.');
  }
  refuseQueryCredentials(request.query);
  return {
    requestId: request.id,
    zone,
    sourceAddress: request.ip,
    userAgent: request.headers['user-agent'],
    authorization: request.headers.authorization,
    params: FormParameters.parse(request.body),
    endpoint: request.url.split('?', 1)[0] ?? '',
    dpopProofs: dpopHeaders(request.raw.rawHeaders),
    clientCertificate: clientCertificateOf(request),
  };
}

/** Node would join several lines to one. */
function dpopHeaders(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'dpop');
}

// HTTP-7: what stands in a URL ends in logs and histories.
function refuseQueryCredentials(query: unknown): void {
  if (typeof query !== 'object' || query === null) return;
  if (SECRET_PARAMETERS.some((name) => Object.hasOwn(query, name))) {
    throw new OAuthError('invalid_request', 'Credentials and tokens are taken from the body only, never from the query.');
  }
}
