/** A provider with a rule for a domain; the organization is null for one of the platform. */
export interface DomainClaim {
  readonly orgId: string | null;
  readonly issuer: string;
}

/**
 * Which of the providers with a rule for a domain are offered to whoever types an address in it. Nobody proves that a domain is theirs, so
 * what an operator has entered counts before all else; and where organizations name the same domain and different issuers, none is
 * offered: one of them may be a trap for the people of the other.
 */
export function undisputed<T extends DomainClaim>(claims: readonly T[]): readonly T[] {
  const ofPlatform = claims.filter(({ orgId }) => orgId === null);
  if (ofPlatform.length > 0) return ofPlatform;
  const isOne = (values: readonly unknown[]): boolean => new Set(values).size === 1;
  return isOne(claims.map(({ orgId }) => orgId)) || isOne(claims.map(({ issuer }) => issuer)) ? claims : [];
}
