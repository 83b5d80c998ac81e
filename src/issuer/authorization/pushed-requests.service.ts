import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { FormParameters, OAuthError, type OAuthRequest } from '@countersign/oauth';
import { AlreadyUsed, AuditWriter } from '../../platform/audit/index.js';
import { sha256 } from '../../platform/crypto/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { authenticationFailed, ClientAuthenticator } from '../client-auth/index.js';
import { AuthorizationChecks } from './authorization-checks.js';
import { AuthorizationLimits } from './authorization-limits.js';
import { PushedRequestsRepository } from './pushed-requests.repository.js';

const PREFIX = 'urn:ietf:params:oauth:request_uri:';
export const PUSHED_LIFETIME_SECONDS = 60;

/** What is kept of a pushed request: no credential is among it, and nothing that no check asks about. */
const KEPT = [
  'response_type',
  'response_mode',
  'redirect_uri',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'audience',
  'prompt',
  'max_age',
  'acr_values',
  'login_hint',
  'id_token_hint',
  'nonce',
  'org_id',
  'request',
  'authorization_details',
];

/** RFC 9126 §2.2. */
export interface PushedAnswer {
  readonly request_uri: string;
  /** Seconds. */
  readonly expires_in: number;
}

/** RFC 9126: an app leaves its request by the back channel, where nobody can change it on the way. */
@Injectable()
export class PushedRequests implements OnModuleInit {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: PushedRequestsRepository,
    private readonly clients: ClientAuthenticator,
    private readonly checks: AuthorizationChecks,
    private readonly limits: AuthorizationLimits,
    private readonly audit: AuditWriter,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'pushed_requests', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  /** @throws OAuthError of table RFC 6749 §5.2 and those of the authorization endpoint */
  async push(request: OAuthRequest): Promise<PushedAnswer> {
    await this.limits.count(request.sourceAddress);
    request.params.refuseRepeats();
    const caller = await this.clients.authenticate(request);
    // RFC 9126 §2.1.
    if (request.params.has('request_uri')) throw new OAuthError('invalid_request', 'request_uri cannot be pushed; push the parameters.');
    const parameters = keptParameters(request.params, caller.client.id);
    const checked = { params: FormParameters.parse(parameters), isPushed: true };
    await this.checks.findWhat(checked, await this.checks.findWhere(checked));
    await this.record(request, caller);
    const reference = randomBytes(32).toString('base64url');
    await this.transactions.run((tx) =>
      this.repository.insert(tx, sha256(reference), caller.client.id, parameters, PUSHED_LIFETIME_SECONDS),
    );
    return { request_uri: PREFIX + reference, expires_in: PUSHED_LIFETIME_SECONDS };
  }

  isReference(requestUri: string | undefined): requestUri is string {
    return requestUri?.startsWith(PREFIX) ?? false;
  }

  /** RFC 9126 §4: what was pushed, and nothing of what stands beside it. @throws OAuthError `invalid_request_uri` */
  async use(params: FormParameters, browser: string): Promise<FormParameters> {
    const [clientId, reference] = [params.find('client_id') ?? '', (params.find('request_uri') ?? '').slice(PREFIX.length)];
    const parameters = await this.transactions.run((tx) => this.repository.use(tx, sha256(reference), clientId, browser));
    if (parameters === undefined)
      throw new OAuthError(
        'invalid_request_uri',
        'The pushed request is unknown, has expired, was used in another browser, or is of another app.',
      );
    return FormParameters.parse(parameters);
  }

  /** PKJ-8: an assertion is good for one request at any endpoint. */
  private async record(request: OAuthRequest, { client, proof }: Awaited<ReturnType<ClientAuthenticator['authenticate']>>): Promise<void> {
    if (!proof.singleUse) return;
    const event = {
      action: 'authorization.pushed',
      actor: { type: client.principalType, id: client.id, name: client.displayName },
      origin: { requestId: request.requestId, ip: request.sourceAddress, userAgent: request.userAgent },
      details: { auth_method: proof.via, credential_id: proof.credentialId },
    } as const;
    await this.audit.append(event, proof.singleUse).catch((error: unknown) => {
      throw error instanceof AlreadyUsed ? authenticationFailed(`${proof.via}_replayed`) : error;
    });
  }
}

function keptParameters(params: FormParameters, clientId: string): string {
  const kept = KEPT.flatMap((name) => params.list(name).map((value): [string, string] => [name, value]));
  return new URLSearchParams([['client_id', clientId], ...kept]).toString();
}
