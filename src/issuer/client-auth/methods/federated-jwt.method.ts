import { Injectable } from '@nestjs/common';
import {
  JWT_BEARER_ASSERTION_TYPE,
  JWT_BEARER_GRANT_TYPE,
  OAuthError,
  type Client,
  type ClientAuthMethod,
  type ClientClaim,
  type ClientProof,
  type OAuthRequest,
} from '@countersign/oauth';
import { Log } from '../../../platform/logging/index.js';
import { AssertionRefused, ForeignAssertions, isForeign, type ProvenWorkload } from '../../federation/index.js';
import { ASSERTION_REFUSED, authenticationFailed } from '../authentication-failed.js';

/** SPF-2: what a JWT-SVID may call itself. */
const ASSERTION_TYPES: readonly unknown[] = [JWT_BEARER_ASSERTION_TYPE, 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe'];

export interface FederatedClaim extends ClientClaim {
  readonly assertion: string;
  /** RFC 7523 §2.1 and not §2.2: the assertion is the grant. */
  readonly isGrant: boolean;
  readonly workload?: ProvenWorkload;
}

/** RFC 7523: a JWT of an issuer that an administrator trusts, as the grant or as the authentication of the principal that a rule names. */
@Injectable()
export class FederatedJwtMethod implements ClientAuthMethod<FederatedClaim> {
  readonly name = 'federated_jwt';
  /** Nothing that is registered has this meaning; clients learn of it by the grant. */
  readonly metadataNames = [];
  readonly forEveryClient = true;

  constructor(
    private readonly assertions: ForeignAssertions,
    private readonly log: Log,
  ) {}

  recognise({ params }: OAuthRequest): FederatedClaim | undefined {
    const clientId = params.find('client_id') ?? '';
    const authentication = params.find('client_assertion');
    const isForeignAuthentication = authentication !== undefined && isForeign(authentication);
    if (params.find('grant_type') === JWT_BEARER_GRANT_TYPE) {
      if (isForeignAuthentication) throw new OAuthError('invalid_request', 'Two assertions are sent; the grant needs no other.');
      return { clientId, assertion: params.get('assertion'), isGrant: true };
    }
    if (!isForeignAuthentication) return undefined;
    if (!ASSERTION_TYPES.includes(params.find('client_assertion_type'))) throw authenticationFailed('assertion_type');
    return { clientId, assertion: authentication, isGrant: false };
  }

  async identify(claim: FederatedClaim, { zone }: OAuthRequest): Promise<FederatedClaim> {
    const { assertion, isGrant, clientId } = claim;
    try {
      const workload = await this.assertions.prove(assertion, zone, clientId === '' ? undefined : clientId);
      return { ...claim, clientId: workload.rule.principal, workload };
    } catch (error) {
      if (!(error instanceof AssertionRefused)) throw error;
      // JBG-4: a mistake of the administrator, which nobody would hear of otherwise.
      if (error.condition === 'one_principal')
        this.log.warn('federation.rules_ambiguous', { received: JSON.stringify(error.facts.received) });
      throw refused(isGrant, error.condition, error);
    }
  }

  async verify({ isGrant, workload }: FederatedClaim, client: Client): Promise<ClientProof> {
    // A rule can name nobody of another owner; this holds even where one does.
    if (!workload || (client.orgId ?? null) !== workload.trust.orgId) throw refused(isGrant, 'other_owner');
    const { rule, trust, subject, singleUse } = workload;
    return {
      credentialId: rule.id,
      via: isGrant ? 'jwt_bearer' : this.name,
      isGrant,
      evidence: { trusted_issuer: trust.id, foreign_issuer: trust.issuer, foreign_subject: subject },
      ...(singleUse && { singleUse }),
    };
  }

  verifyUnknown({ isGrant }: FederatedClaim): Promise<void> {
    return Promise.reject(refused(isGrant, 'principal'));
  }
}

function refused(isGrant: boolean, condition: string, cause?: unknown): OAuthError {
  const detail = `federation_${condition}`;
  return isGrant ? new OAuthError('invalid_grant', ASSERTION_REFUSED, { detail, cause }) : authenticationFailed(detail, cause);
}
