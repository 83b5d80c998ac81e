import {
  OAuthError,
  type ActorClaim,
  type Client,
  type Grant,
  type Issuance,
  type PrincipalType,
  type SenderProof,
} from '@countersign/oauth';
import { nextActor } from './token-exchange.policy.js';

interface LifetimeBounds {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

const HOUR = 3_600;

/** Lifetimes of access tokens in seconds by kind of caller (contract, "Requests for tokens"). */
export const LIFETIMES: Readonly<Record<PrincipalType, LifetimeBounds>> = {
  service_principal: { default: HOUR, min: 300, max: 24 * HOUR },
  api_key: { default: HOUR, min: 300, max: 24 * HOUR },
  app: { default: HOUR, min: 300, max: HOUR },
  agent: { default: 900, min: 300, max: HOUR },
  microservice: { default: 300, min: 60, max: 900 },
};

/** An issuance that may be signed. */
export interface ApprovedIssuance extends Issuance {
  readonly lifetimeSeconds: number;
}

// RFC 6749 §5.2: authenticated, but not authorized to use this grant type.
export function assertGrantAllowed(client: Client, grant: Pick<Grant, 'name'>): void {
  if (!client.grantTypes.includes(grant.name)) throw new OAuthError('unauthorized_client', 'The client may not use this grant type.');
}

// RFC 9449 §5.2: what the client is registered for is not left to each request.
export function assertProofGiven({ dpopBoundAccessTokens }: Client, proof: SenderProof | undefined): void {
  if (dpopBoundAccessTokens && proof?.constraint !== 'dpop')
    throw new OAuthError('invalid_dpop_proof', 'A DPoP proof is required: the client is registered for DPoP-bound tokens.', {
      detail: 'dpop_missing',
    });
}

/** Shared rules over a grant's decision. @throws OAuthError */
export function approve(issuance: Issuance, client: Client, proof: SenderProof | undefined): ApprovedIssuance {
  const { api } = issuance;
  if (!api.active || api.zone !== client.zone)
    throw new OAuthError('invalid_target', 'The API is not available.', { detail: api.active ? 'other_zone' : 'api_disabled' });
  // What is about the person (OpenID Connect) opens no API by itself.
  if (!issuance.scopes.some((scope) => api.scopes.includes(scope)))
    throw new OAuthError('invalid_scope', 'Nothing is granted for this API.');
  if (!satisfies(api.senderConstraint, proof))
    throw new OAuthError(
      // TE-24: where it can be nothing else, a proof is what is missing.
      api.senderConstraint === 'dpop' ? 'invalid_dpop_proof' : 'invalid_request',
      'The API takes sender-constrained tokens only, and the request does not prove a key in the way that it asks for.',
      { detail: `needs_${api.senderConstraint}` },
    );
  const actor = actorOf(issuance, client);
  return { ...issuance, ...(actor && { actor }), lifetimeSeconds: lifetimeOf(issuance, client) };
}

// RFC 8693 §4.1, attack 78: an agent is named beside the person it acts for, whatever the grant, so that no way leaves it out.
function actorOf({ actor, subject }: Issuance, client: Client): ActorClaim | undefined {
  return actor ?? (client.principalType === 'agent' && subject !== client.id ? nextActor(client, undefined) : undefined);
}

function satisfies(constraint: Issuance['api']['senderConstraint'], proof: SenderProof | undefined): boolean {
  if (constraint === 'none') return true;
  return proof !== undefined && (constraint === 'any' || constraint === proof.constraint);
}

/** The most specific wish, never above the API's own lifetime, within the bounds of the kind. */
export function lifetimeOf(issuance: Pick<Issuance, 'api' | 'lifetimeSeconds'>, client: Client): number {
  const bounds = LIFETIMES[client.principalType];
  const ceiling = Math.min(bounds.max, issuance.api.tokenLifetimeSeconds ?? bounds.max);
  const wished = issuance.lifetimeSeconds ?? client.tokenLifetimeSeconds ?? issuance.api.tokenLifetimeSeconds ?? bounds.default;
  return Math.max(bounds.min, Math.min(wished, ceiling));
}
