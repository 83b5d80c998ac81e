import { Inject, Injectable } from '@nestjs/common';
import {
  OAuthError,
  parseScope,
  Registry,
  type AuthenticatedClient,
  type Grant,
  type OAuthRequest,
  type RequestedAccess,
  type SenderProof,
  type TokenAnswer,
  type Zone,
} from '@countersign/oauth';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { ClientAuthenticator, SingleUseProofs } from '../client-auth/index.js';
import { requestedTarget } from '../endpoint/index.js';
import { SenderProver, unlessProofReplayed } from '../sender-constraints/index.js';
import { approve, assertGrantAllowed, assertProofGiven } from './issuance.policy.js';
import { RefusalAudit } from './refusal-audit.js';
import { TokenMinter, type ProvenClient } from './token-minter.js';

export const GRANT_REGISTRY = Symbol('grants');

/** The token request: who asks, which key they hold, on what ground, what they should get, whether they may, sign and record. */
@Injectable()
export class TokenIssuance {
  constructor(
    @Inject(GRANT_REGISTRY) private readonly grants: Registry<Grant>,
    private readonly clients: ClientAuthenticator,
    private readonly proofs: SingleUseProofs,
    private readonly sender: SenderProver,
    private readonly apis: ApiCatalogue,
    private readonly minter: TokenMinter,
    private readonly refusals: RefusalAudit,
  ) {}

  /** @param seen hears of the client, and of its key, as soon as they are proven. @throws OAuthError of table RFC 6749 §5.2 */
  async issue(
    request: OAuthRequest,
    seen: (caller: AuthenticatedClient, proof: SenderProof | undefined) => Promise<void>,
  ): Promise<TokenAnswer> {
    const grant = this.grantFor(request);
    request.params.refuseRepeats(grant.repeatable);
    const authenticated = await this.clients.authenticate(request);
    const proving = await this.proving(request);
    // T22: who only lacks the nonce is sent away to come back: that is neither counted nor a refusal to record.
    if (proving.error instanceof OAuthError && proving.error.kind === 'use_dpop_nonce') throw proving.error;
    await seen(authenticated, proving.proof);
    const noted: Record<string, unknown> = {};
    return this.refusals.around({ caller: authenticated, request, noted }, async () => {
      assertGrantAllowed(authenticated.client, grant);
      if (proving.error) throw proving.error;
      assertProofGiven(authenticated.client, proving.proof);
      const proven = { caller: authenticated, proof: proving.proof };
      const { caller, proof } = grant.settles ? await this.usedUp(proven) : proven;
      const issuance = await grant.decide({
        caller,
        requested: this.requestedAccess(request),
        params: ownParameters(grant, request),
        proof,
        sourceAddress: request.sourceAddress,
        note: (facts) => void Object.assign(noted, facts),
      });
      const approved = approve(issuance, caller.client, proof);
      return this.minter.mint({ issuance: approved, caller, proof, request, noted, grantType: grant.name });
    });
  }

  /** Uses up what of the client's proofs is good for one request. @returns the same, with nothing left to claim */
  private async usedUp({ caller, proof }: ProvenClient): Promise<ProvenClient> {
    const claimed = await unlessProofReplayed(proof, () => this.proofs.claim(caller, proof?.singleUse));
    return { caller: claimed, proof: proof && { ...proof, singleUse: undefined } };
  }

  private async proving(request: OAuthRequest): Promise<{ proof: SenderProof | undefined; error?: unknown }> {
    try {
      return { proof: await this.sender.prove(request) };
    } catch (error) {
      return { proof: undefined, error };
    }
  }

  private grantFor({ params, zone }: OAuthRequest): Grant {
    const name = params.list('grant_type');
    if (name.length > 1) throw new OAuthError('invalid_request', 'A parameter is repeated; each may be sent once.');
    const grant = this.grants.find(params.get('grant_type'));
    if (grant && isUsable(grant, zone)) return grant;
    const usable = [...this.grants].filter((candidate) => isUsable(candidate, zone)).map(({ name: offered }) => offered);
    throw new OAuthError('unsupported_grant_type', `Use one of: ${usable.join(' ')}`);
  }

  private requestedAccess({ params, zone }: OAuthRequest): RequestedAccess {
    const scope = params.find('scope');
    return {
      scopes: scope === undefined ? undefined : parseScope(scope),
      audience: requestedTarget(params, (name) => this.identifierOf(name, zone)),
    };
  }

  /** An API of the other zone is as unknown as one that does not exist. */
  private identifierOf(name: string, zone: Zone): string | undefined {
    const api = this.apis.find(name);
    return api?.zone === zone ? api.identifier : undefined;
  }
}

function isUsable({ zones }: Grant, zone: Zone): boolean {
  return zones?.includes(zone) ?? true;
}

function ownParameters(grant: Grant, { params }: OAuthRequest): Record<string, string> {
  const own: Record<string, string> = {};
  for (const name of grant.parameters) {
    const value = params.find(name);
    if (value !== undefined) own[name] = value;
  }
  return own;
}
