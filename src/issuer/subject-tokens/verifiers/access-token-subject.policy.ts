import type { AccessTokenClaims, TargetApi, Zone } from '@countersign/oauth';
import type { VerifiedSubject } from '../subject-token-verifier.js';

export interface AddressFacts {
  readonly claims: Pick<AccessTokenClaims, 'aud'>;
  /** Of the token's issuer. */
  readonly zone: Zone;
  /** What is registered under the token's audience. */
  readonly api: (Pick<TargetApi, 'identifier' | 'zone' | 'active'> & { readonly servedBy: readonly string[] }) | undefined;
  /** Name of the service that presents it; undefined: it is none. */
  readonly service: string | undefined;
}

// TX-4: a token that was meant for somebody else must not buy its thief a call.
export function addresseeMistake({ claims, zone, api, service }: AddressFacts): 'audience' | 'not_served_by' | 'api_disabled' | undefined {
  if (service === undefined || api?.identifier !== claims.aud || api.zone !== zone) return 'audience';
  if (!api.active) return 'api_disabled';
  if (zone === 'internal') return claims.aud === service ? undefined : 'audience';
  return api.servedBy.includes(service) ? undefined : 'not_served_by';
}

export function subjectOf(claims: AccessTokenClaims): VerifiedSubject {
  const { jti, client_id, cred, grant, org_id, aud, scope } = claims;
  const itself = { jti, client_id, cred, ...(grant !== undefined && { grant }), ...(org_id !== undefined && { org_id }), aud, scope };
  return {
    subject: claims.sub,
    orgId: org_id,
    actor: claims.act,
    expiresAt: claims.exp,
    root: claims.root,
    ancestors: [itself, ...(claims.ancestors ?? [])],
  };
}
