import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { FormParameters, OAuthError, type OAuthRequest, type SenderProof } from '@countersign/oauth';
import { sha256 } from '../../platform/crypto/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { AuthorizationChecks } from './authorization-checks.js';
import { AuthorizationLimits } from './authorization-limits.js';
import { PushedRequestsRepository } from './pushed-requests.repository.js';
import { PushingClients } from './pushing-clients.js';

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
  'dpop_jkt',
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
    private readonly clients: PushingClients,
    private readonly checks: AuthorizationChecks,
    private readonly limits: AuthorizationLimits,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'pushed_requests', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  /** @throws OAuthError of table RFC 6749 §5.2 and those of the authorization endpoint */
  async push(request: OAuthRequest, setHeaders: (headers: Readonly<Record<string, string>>) => void): Promise<PushedAnswer> {
    await this.limits.count(request.sourceAddress);
    request.params.refuseRepeats();
    const caller = await this.clients.authenticate(request);
    // RFC 9126 §2.1.
    if (request.params.has('request_uri')) throw new OAuthError('invalid_request', 'request_uri cannot be pushed; push the parameters.');
    const proof = await this.clients.proveKey(request);
    setHeaders(proof?.headers ?? {});
    const parameters = keptParameters(request.params, caller.client.id, boundKey(request.params, proof));
    const checked = { params: FormParameters.parse(parameters), isPushed: true };
    await this.checks.findWhat(checked, await this.checks.findWhere(checked));
    await this.clients.useUp(request, caller, proof);
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
}

/** RFC 9449 §10.1: the key of a proof binds the code as `dpop_jkt` does; where both are there they agree. */
function boundKey(params: FormParameters, proof: SenderProof | undefined): string | undefined {
  const [named, proven] = [params.find('dpop_jkt'), proof?.cnf.jkt];
  if (named !== undefined && proven !== undefined && named !== proven)
    throw new OAuthError('invalid_dpop_proof', 'dpop_jkt is not the thumbprint of the key of the DPoP proof.', {
      detail: 'dpop_jkt_differs',
    });
  return proven ?? named;
}

function keptParameters(params: FormParameters, clientId: string, jkt: string | undefined): string {
  const kept = KEPT.flatMap((name) => params.list(name).map((value): [string, string] => [name, value]));
  const all = new URLSearchParams([['client_id', clientId], ...kept]);
  if (jkt !== undefined) all.set('dpop_jkt', jkt);
  return all.toString();
}
