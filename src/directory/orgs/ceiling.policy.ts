import { scopesOutside, type ClientGrant } from '@countersign/oauth';

/** The part of the grants that lies inside the ceiling. */
export function withinCeiling(grants: readonly ClientGrant[], ceiling: readonly ClientGrant[] | null): ClientGrant[] {
  const limited = grants.map(({ audience, scopes }) => {
    const outside = new Set(outsideCeiling({ audience, scopes }, ceiling));
    return { audience, scopes: scopes.filter((scope) => !outside.has(scope)) };
  });
  return limited.filter(({ scopes }) => scopes.length > 0);
}

/** The scopes of a grant that the ceiling does not allow. */
export function outsideCeiling({ audience, scopes }: ClientGrant, ceiling: readonly ClientGrant[] | null): string[] {
  if (ceiling === null) return [];
  return scopesOutside(scopes, ceiling.find((limit) => limit.audience === audience)?.scopes ?? []);
}
