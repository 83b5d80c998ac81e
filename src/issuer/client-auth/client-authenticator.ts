import { Inject, Injectable } from '@nestjs/common';
import {
  OAuthError,
  Registry,
  type AuthenticatedClient,
  type Client,
  type ClientAuthMethod,
  type ClientClaim,
  type OAuthRequest,
} from '@countersign/oauth';
import { LastUsed } from '../../directory/credentials/index.js';
import { isWithin } from '../../directory/service-principals/index.js';
import { RefusalCounter } from '../../platform/audit/index.js';
import { Configuration, issuerOf } from '../../platform/config/index.js';
import { RateLimiter, type RateLimitPolicy, type RateLimitState } from '../../platform/rate-limit/index.js';
import { Clients } from '../clients/index.js';
import { authenticationFailed } from './authentication-failed.js';

export const CLIENT_AUTH_REGISTRY = Symbol('client authentication methods');

/** What a failed proof is answered: `invalid_grant` where the proof is the grant (RFC 7523 §3.1). */
const FAILURES: readonly string[] = ['invalid_client', 'invalid_grant'];

/** Who asks: finds the one method that a request uses, and lets it prove the client. */
@Injectable()
export class ClientAuthenticator {
  private readonly failures: RateLimitPolicy;

  constructor(
    @Inject(CLIENT_AUTH_REGISTRY) private readonly methods: Registry<ClientAuthMethod>,
    private readonly clients: Clients,
    private readonly limiter: RateLimiter,
    private readonly refusals: RefusalCounter,
    private readonly lastUsed: LastUsed,
    private readonly configuration: Configuration,
  ) {
    const { settings } = configuration;
    this.failures = { name: 'authentication-failures', limit: settings.RATE_LIMIT_FAILURES_PER_SOURCE, windowSeconds: 60 };
  }

  /** @throws OAuthError `invalid_client`, the same for unknown and wrong; `invalid_request` for two methods at once. */
  async authenticate(request: OAuthRequest): Promise<AuthenticatedClient> {
    return this.counted(request, () => this.prove(request));
  }

  /** Work that may refuse a caller before a method is asked; its failures count as theirs do. */
  async counted<T>(request: OAuthRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.afterFailure(error, request);
    }
  }

  private async prove(request: OAuthRequest): Promise<AuthenticatedClient> {
    const { method, claim: read } = await this.recognise(request);
    const claim = (await method.identify?.(read, request)) ?? read;
    const client = await this.clients.find(claim.clientId, request.sourceAddress);
    if (!client?.active || client.zone !== request.zone || !mayUse(client, method)) {
      await method.verifyUnknown(claim, request);
      throw authenticationFailed(client ? reasonAgainst(client, method.name) : 'unknown_client');
    }
    const proof = await method.verify(claim, client, request);
    if (!isWithin(client.allowedNetworks, request.sourceAddress)) throw authenticationFailed('source_not_allowed');
    this.lastUsed.record(proof.credentialId);
    return { client, proof };
  }

  /** Two answers: invalid_request. One: that method. None: the one the named client is registered for, which may need nothing in the request. */
  private async recognise(request: OAuthRequest): Promise<{ method: ClientAuthMethod; claim: ClientClaim }> {
    const found: { method: ClientAuthMethod; claim: ClientClaim }[] = [];
    for (const method of this.methods) {
      // RFC 8705 §2: a certificate may be there to bind tokens only, so it is no sign of a method.
      if (method.implicit) continue;
      const claim = method.recognise(request);
      if (claim) found.push({ method, claim });
    }
    const [first, second] = found;
    // RFC 6749 §2.3: a client must not use more than one method per request.
    if (second) throw new OAuthError('invalid_request', 'The client authenticates in two ways; use one.');
    if (first) return first;
    const clientId = request.params.find('client_id');
    const client = clientId === undefined ? undefined : await this.clients.find(clientId, request.sourceAddress);
    const method = client && this.methods.find(client.authMethod);
    const claim = method?.recognise(request);
    if (!method || !claim) throw authenticationFailed(clientId === undefined ? 'no_client_identification' : 'no_credentials');
    return { method, claim };
  }

  private async afterFailure(error: unknown, request: OAuthRequest): Promise<unknown> {
    if (!(error instanceof OAuthError) || !FAILURES.includes(error.kind)) return error;
    const guesses = await this.limiter.consume(this.failures, request.sourceAddress);
    this.refusals.count('client.authentication_failed', request.sourceAddress, error.detail ?? 'unknown');
    if (!guesses.allowed) return tooManyFailures(guesses);
    if (request.authorization === undefined) return error;
    // RFC 6749 §5.2: a client that used the header is answered with a challenge of its scheme.
    const headers = { 'www-authenticate': `Basic realm="${issuerOf(this.configuration.settings, request.zone)}"` };
    return new OAuthError('invalid_client', error.message, { ...(error.detail && { detail: error.detail }), cause: error.cause, headers });
  }
}

// Only failures are refused: a right secret of 256 random bits is no guess, and the client behind the same address must not be locked out.
function tooManyFailures({ resetSeconds }: RateLimitState): OAuthError {
  return new OAuthError('rate_limited', 'Too many failed authentications from this address. Check the credentials.', {
    detail: 'authentication_failures',
    headers: { 'retry-after': String(resetSeconds) },
  });
}

function reasonAgainst(client: Client, method: string): string {
  if (!client.active) return 'client_disabled';
  return client.authMethod === method ? 'other_zone' : 'method_not_registered';
}

function mayUse(client: Client, method: ClientAuthMethod): boolean {
  return method.forEveryClient === true || client.authMethod === method.name;
}
