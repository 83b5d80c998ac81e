import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { FormParameters, OAuthError, type AuthenticatedClient, type OAuthRequest } from '@countersign/oauth';
import { ApiCatalogue, type CatalogueApi } from '../../directory/api-resources/index.js';
import { isId } from '../../platform/crypto/index.js';
import { clientCertificateOf, httpProblem, noteSubject, originOf, Problem, zoneOf } from '../../platform/http/index.js';
import { CertifiedServices, type CertifiedService } from './certified-services.js';
import { ClientAuthenticator } from './client-authenticator.js';
import { CLIENT_AUTH_PROBLEMS } from './client-auth.errors.js';

const NO_FORM = FormParameters.parse('');
// RFC 7617 §2: the scheme's one required parameter.
const CHALLENGE = { 'www-authenticate': 'Basic realm="Countersign"' };

/** A protected API that calls by itself: its guards ask for revocations and report usage. */
export interface ApiClient {
  readonly api: CatalogueApi;
  /** The secret it used, or the thumbprint of its certificate. */
  readonly credentialId: string;
  /** The service that the API is named after, where its certificate proved it. */
  readonly service?: CertifiedService;
}

/**
 * Authenticates the guards of an API, outside the OAuth endpoints: HTTP Basic with the API's id and one of its secrets, or in the
 * internal zone the certificate of the service that the API is named after. Each is good in the API's own zone only.
 */
@Injectable()
export class ApiClients {
  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly services: CertifiedServices,
    private readonly catalogue: ApiCatalogue,
  ) {}

  /** @throws Problem `invalid_api_credentials` (401 with a challenge), `forbidden` for other clients, `rate_limited` for guessers. */
  async authenticate(request: FastifyRequest): Promise<ApiClient> {
    const asked = toOAuthRequest(request);
    try {
      // RFC 8705 §2: a certificate may be there for the connection only; who sends credentials means those.
      const isCertified = asked.zone === 'internal' && asked.clientCertificate && asked.authorization === undefined;
      return await (isCertified ? this.byCertificate(request, asked) : this.bySecret(request, asked));
    } catch (error) {
      throw asProblem(error);
    }
  }

  private async bySecret(request: FastifyRequest, asked: OAuthRequest): Promise<ApiClient> {
    const { client, proof } = await this.prove(request, { ...asked, clientCertificate: undefined });
    if (!isId(client.id, 'api')) throw httpProblem('forbidden', 'These are credentials of a client. Send those of the API that calls.');
    const api = this.catalogue.byId(client.id);
    // Registered a moment ago on another replica: this one has not heard of it yet.
    if (!api)
      throw httpProblem('service_unavailable', 'The API is not known here yet. Try again shortly.', { headers: { 'retry-after': '2' } });
    return { api, credentialId: proof.credentialId };
  }

  private async byCertificate(request: FastifyRequest, asked: OAuthRequest): Promise<ApiClient> {
    const service = await this.clients.counted(asked, () => this.services.identify(asked.clientCertificate));
    const params = FormParameters.parse(`client_id=${service.id}`);
    const { client, proof } = await this.prove(request, { ...asked, params });
    const api = this.catalogue.find(client.displayName);
    if (api?.zone !== 'internal' || !api.active)
      throw httpProblem('forbidden', `There is no internal API called ${client.displayName}, so this service has nothing to guard.`);
    return { api, credentialId: proof.credentialId, service };
  }

  private async prove(request: FastifyRequest, asked: OAuthRequest): Promise<AuthenticatedClient> {
    const proven = await this.clients.authenticate(asked);
    const { id, subject } = proven.client;
    noteSubject(request, { clientId: id, ...(subject !== undefined && { callerService: subject }) });
    return proven;
  }
}

function toOAuthRequest(request: FastifyRequest): OAuthRequest {
  const { requestId, ip, userAgent } = originOf(request);
  return {
    requestId,
    zone: zoneOf(request),
    sourceAddress: ip,
    userAgent,
    authorization: request.headers.authorization,
    params: NO_FORM,
    clientCertificate: clientCertificateOf(request),
  };
}

function asProblem(error: unknown): unknown {
  if (!(error instanceof OAuthError)) return error;
  const options = { cause: error, ...(error.detail && { reason: error.detail }) };
  if (error.kind === 'rate_limited') return httpProblem('rate_limited', error.message, { ...options, headers: error.headers });
  if (error.kind !== 'invalid_client') return httpProblem('malformed_request', error.message, options);
  const detail =
    'Send the id of the API and one of its secrets as HTTP Basic credentials; in the internal zone the certificate of its service will do.';
  return new Problem(CLIENT_AUTH_PROBLEMS, 'invalid_api_credentials', detail, { ...options, headers: CHALLENGE });
}
