import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OAuthError, type ClientCertificate, type Zone } from '@countersign/oauth';
import { forwardedCertificate, MalformedCredentials, type CertificateSource } from '@countersign/resource-server';
import type { RefusalCounter } from '../audit/index.js';
import { forwardsCertificates, type Settings } from '../config/index.js';
import { OAUTH_PREFIX } from './error.filter.js';
import { zoneOf } from './listener-zones.js';
import { httpProblem } from './problem.js';

/** By request of node:http. */
const CERTIFICATES = new WeakMap<object, ClientCertificate>();

/** The certificate that the client of a request showed: to us, or to a proxy that is trusted to forward it. Nobody vouches for it yet. */
export function clientCertificateOf({ raw }: { raw: object }): ClientCertificate | undefined {
  return CERTIFICATES.get(raw);
}

/**
 * Finds the certificate of each request before anything else is done with it, and refuses a request that names one without the
 * right to (MTLS-8). Refusals are counted, because anybody can cause them.
 */
export function addCertificateHook(fastify: FastifyInstance, settings: Settings, refusals: RefusalCounter): void {
  const sources: Readonly<Record<Zone, CertificateSource>> = {
    external: sourceOf(settings, 'external'),
    internal: sourceOf(settings, 'internal'),
  };
  fastify.addHook('onRequest', (request, _reply, done) => {
    const certificate = find(sources[zoneOf(request)], request, refusals);
    if (certificate) CERTIFICATES.set(request.raw, certificate);
    done();
  });
}

function sourceOf(settings: Settings, zone: Zone): CertificateSource {
  const { FORWARDED_CLIENT_CERTIFICATE: header, TRUSTED_PROXIES: trustedProxies } = settings;
  const counts = header !== 'none' && forwardsCertificates(settings, zone);
  return forwardedCertificate({ trustedProxies, header: counts ? header : undefined });
}

function find(source: CertificateSource, request: FastifyRequest, refusals: RefusalCounter): ClientCertificate | undefined {
  try {
    return source(request.raw);
  } catch (error) {
    if (!(error instanceof MalformedCredentials)) throw error;
    const { reason, publicDescription: description } = error;
    refusals.count('client_certificate.refused', request.ip, reason);
    throw request.url.startsWith(OAUTH_PREFIX)
      ? new OAuthError('invalid_request', description, { detail: reason, cause: error })
      : httpProblem('malformed_request', description, { reason, cause: error });
  }
}
