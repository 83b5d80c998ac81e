import type { Operator, PrincipalMade } from './builders.js';
import { postForm, type Answer } from './requests.js';

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface TrustMade {
  id: string;
  rules: { id: string; principal: string; warnings: { code: string }[] }[];
}

/** A principal that has no credential of its own. */
export function aFederatedPrincipal(operator: Operator, orgId: string): Promise<PrincipalMade> {
  return operator.aServicePrincipal(orgId, { auth_method: 'federated_jwt' });
}

export function aTrustedIssuer(operator: Operator, orgId: string, fields: Record<string, unknown>): Promise<TrustMade> {
  return operator.create(`/v1/orgs/${orgId}/trusted-issuers`, fields);
}

/** The assertion as the grant (RFC 7523 §2.1). */
export function exchange(url: string, assertion: string, more: Record<string, string> = {}): Promise<Answer> {
  return postForm(`${url}/oauth/token`, { grant_type: JWT_BEARER, assertion, ...more });
}

/** The assertion as the client's authentication (RFC 7523 §2.2). */
export function authenticate(url: string, client_assertion: string, more: Record<string, string> = {}): Promise<Answer> {
  return postForm(`${url}/oauth/token`, {
    grant_type: 'client_credentials',
    client_assertion_type: ASSERTION_TYPE,
    client_assertion,
    ...more,
  });
}

export function audienceOf(url: string, orgId: string): string {
  return `${url}/orgs/${orgId}`;
}
