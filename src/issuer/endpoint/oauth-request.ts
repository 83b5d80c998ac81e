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
    clientCertificate: clientCertificateOf(request),
  };
}

// HTTP-7: what stands in a URL ends in logs and histories.
function refuseQueryCredentials(query: unknown): void {
  if (typeof query !== 'object' || query === null) return;
  if (SECRET_PARAMETERS.some((name) => Object.hasOwn(query, name))) {
    throw new OAuthError('invalid_request', 'Credentials and tokens are taken from the body only, never from the query.');
  }
}
