import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { FormParameters, OAuthError, type AuthenticatedClient, type OAuthRequest } from '@countersign/oauth';
import { ApiCatalogue, type CatalogueApi } from '../../directory/api-resources/index.js';
import { isId } from '../../platform/crypto/index.js';
import { httpProblem, noteSubject, originOf, Problem } from '../../platform/http/index.js';
import { ClientAuthenticator } from './client-authenticator.js';
import { CLIENT_AUTH_PROBLEMS } from './client-auth.errors.js';

const NO_FORM = FormParameters.parse('');
// RFC 7617 §2: the scheme's one required parameter.
const CHALLENGE = { 'www-authenticate': 'Basic realm="Countersign"' };

/** A protected API that calls by itself: its guards ask for revocations and report usage. */
export interface ApiClient {
  readonly api: CatalogueApi;
  /** The secret it used. */
  readonly credentialId: string;
}

/** Authenticates the guards of an API, outside the OAuth endpoints: HTTP Basic with the API's id and one of its secrets. */
@Injectable()
export class ApiClients {
  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly catalogue: ApiCatalogue,
  ) {}

  /** @throws Problem `invalid_api_credentials` (401 with a challenge), `forbidden` for other clients, `rate_limited` for guessers. */
  async authenticate(request: FastifyRequest): Promise<ApiClient> {
    const { client, proof } = await this.prove(toOAuthRequest(request));
    noteSubject(request, { clientId: client.id });
    if (!isId(client.id, 'api')) throw httpProblem('forbidden', 'These are credentials of a client. Send those of the API that calls.');
    const api = this.catalogue.byId(client.id);
    // Registered a moment ago on another replica: this one has not heard of it yet.
    if (!api)
      throw httpProblem('service_unavailable', 'The API is not known here yet. Try again shortly.', { headers: { 'retry-after': '2' } });
    return { api, credentialId: proof.credentialId };
  }

  private async prove(request: OAuthRequest): Promise<AuthenticatedClient> {
    try {
      return await this.clients.authenticate(request);
    } catch (error) {
      throw asProblem(error);
    }
  }
}

function toOAuthRequest(request: FastifyRequest): OAuthRequest {
  const { requestId, ip, userAgent } = originOf(request);
  return { requestId, zone: 'external', sourceAddress: ip, userAgent, authorization: request.headers.authorization, params: NO_FORM };
}

function asProblem(error: unknown): unknown {
  if (!(error instanceof OAuthError)) return error;
  const options = { cause: error, ...(error.detail && { reason: error.detail }) };
  if (error.kind === 'rate_limited') return httpProblem('rate_limited', error.message, { ...options, headers: error.headers });
  if (error.kind !== 'invalid_client') return httpProblem('malformed_request', error.message, options);
  const detail = 'Send the id of the API and one of its secrets as HTTP Basic credentials.';
  return new Problem(CLIENT_AUTH_PROBLEMS, 'invalid_api_credentials', detail, { ...options, headers: CHALLENGE });
}
