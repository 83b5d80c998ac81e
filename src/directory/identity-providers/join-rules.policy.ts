import { domainOf, readEmail, type Membership } from '../users/index.js';
import type { JoinRule } from './identity-provider.entity.js';

export interface EmailClaims {
  readonly email?: unknown;
  readonly email_verified?: unknown;
}

/**
 * Where somebody is let in by the provider's rules. Only by an address that the provider says it has verified: `true` itself and no
 * other value (OpenID Connect Core §5.1 knows it as a boolean), and in the very domain, not in one below it.
 */
export function placesOf(rules: readonly JoinRule[], { email, email_verified: verified }: EmailClaims): Membership[] {
  const address = typeof email === 'string' && verified === true ? readEmail(email) : undefined;
  if (address === undefined) return [];
  return rules.filter(({ emailDomain }) => emailDomain === domainOf(address)).map(({ orgId, role }) => ({ orgId, role }));
}
