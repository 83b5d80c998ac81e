import { scopesOutside, type ClientGrant } from '@countersign/oauth';
import { outsideCeiling } from '../orgs/index.js';

/** Who hands out the grant: its own standing grants count, not those of one token. */
export interface Creator {
  readonly operator: boolean;
  readonly grants: readonly ClientGrant[];
}

export interface AskedGrant {
  readonly audience: string;
  readonly scopes: readonly { readonly name: string; readonly assignableBy: 'operator' | 'org_admin' }[];
}

export interface GrantFacts {
  readonly asked: readonly AskedGrant[];
  /** What the principal has already; keeping it needs no right. */
  readonly held: readonly ClientGrant[];
  readonly ceiling: readonly ClientGrant[] | null;
  readonly creator: Creator;
  readonly managementAudience: string;
}

export type RefusalReason = 'outside_ceiling' | 'operator_only' | 'not_held';

export interface GrantRefusal {
  readonly index: number;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly reason: RefusalReason;
}

/** Every part of the asked grants that may not be handed out, with the first reason against it. */
export function refusalsOf(facts: GrantFacts): GrantRefusal[] {
  return facts.asked.flatMap((grant, index) => {
    const names = grant.scopes.map((scope) => scope.name);
    const overCeiling = outsideCeiling({ audience: grant.audience, scopes: names }, facts.ceiling);
    const added = scopesOutside(scopesOutside(names, scopesAt(facts.held, grant.audience)), overCeiling);
    const reserved = facts.creator.operator
      ? []
      : grant.scopes.filter((scope) => scope.assignableBy === 'operator' && added.includes(scope.name)).map((scope) => scope.name);
    const notHeld = beyond({ audience: grant.audience, scopes: scopesOutside(added, reserved) }, facts);
    const parts: [RefusalReason, readonly string[]][] = [
      ['outside_ceiling', overCeiling],
      ['operator_only', reserved],
      ['not_held', notHeld],
    ];
    return parts.filter(([, scopes]) => scopes.length > 0).map(([reason, scopes]) => ({ index, audience: grant.audience, scopes, reason }));
  });
}

/**
 * Rights that someone lacks. Whoever makes a credential of a principal could act as it, so this also decides who may.
 * An operator may hand out every scope of the platform's APIs except management scopes that it lacks itself.
 */
export function rightsBeyond(grants: readonly ClientGrant[], creator: Creator, managementAudience: string): ClientGrant[] {
  return grants
    .map((grant) => ({ audience: grant.audience, scopes: beyond(grant, { creator, managementAudience }) }))
    .filter(({ scopes }) => scopes.length > 0);
}

function beyond(
  { audience, scopes }: ClientGrant,
  { creator, managementAudience }: Pick<GrantFacts, 'creator' | 'managementAudience'>,
): string[] {
  if (creator.operator && audience !== managementAudience) return [];
  return scopesOutside(scopes, scopesAt(creator.grants, audience));
}

function scopesAt(grants: readonly ClientGrant[], audience: string): readonly string[] {
  return grants.find((grant) => grant.audience === audience)?.scopes ?? [];
}
