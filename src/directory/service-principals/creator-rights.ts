import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { ClientGrant } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { httpProblem, Problem, type ProblemItem } from '../../platform/http/index.js';
import { isOperator } from '../administration/index.js';
import { ApiCatalogue, resolveMachineGrants, type CatalogueApi, type ResolvedGrant } from '../api-resources/index.js';
import { refusalsOf, rightsBeyond, type Creator, type GrantRefusal, type RefusalReason } from './grant.policy.js';
import { ServicePrincipalSource } from './service-principal-source.js';
import { SERVICE_PRINCIPALS_PROBLEMS } from './service-principals.errors.js';

const REASONS: Readonly<Record<RefusalReason, { message: string; fix: string }>> = {
  outside_ceiling: { message: 'lies outside the ceiling of the organization', fix: 'Ask for less, or have an operator raise the ceiling.' },
  operator_only: { message: 'can be assigned by an operator only', fix: 'Ask an operator to assign it.' },
  not_held: { message: 'is not among your own rights', fix: 'Use a client that holds the scope itself.' },
};

/** What a caller may hand out. */
@Injectable()
export class CreatorRights {
  private readonly managementAudience: string;

  constructor(
    private readonly clients: ServicePrincipalSource,
    private readonly apis: ApiCatalogue,
    { settings }: Configuration,
  ) {
    this.managementAudience = `${settings.PUBLIC_URL}/v1`;
  }

  /** Ask before the transaction: it may open one of its own. Callers that are no service principals hold nothing to hand out. */
  async of(caller: Caller): Promise<Creator> {
    const client = this.clients.owns(caller.clientId) ? await this.clients.find(caller.clientId) : undefined;
    return { operator: isOperator(caller), grants: client?.grants ?? [] };
  }

  /** @throws Problem `validation_failed` when a grant names an unknown API or scope, or one for apps only */
  resolve(grants: readonly ClientGrant[]): readonly ResolvedGrant<CatalogueApi>[] {
    const { resolved, mistakes } = resolveMachineGrants(grants, (audience) => this.apis.find(audience), '/grants');
    if (mistakes.length > 0)
      throw httpProblem('validation_failed', 'The grants name what cannot be granted. Nothing was stored.', { errors: mistakes });
    return resolved;
  }

  /** @throws Problem `grant_not_assignable` */
  requireAssignable(
    asked: readonly ResolvedGrant<CatalogueApi>[],
    facts: { held: readonly ClientGrant[]; ceiling: readonly ClientGrant[] | null; creator: Creator },
    locationOf = (index: number): string => `/grants/${index}/scopes`,
  ): void {
    const grants = asked.map(({ api, scopes }) => ({
      audience: api.identifier,
      scopes: scopes.map((name) => ({ name, assignableBy: api.definitions.get(name)?.assignableBy ?? ('operator' as const) })),
    }));
    const refusals = refusalsOf({ ...facts, asked: grants, managementAudience: this.managementAudience });
    if (refusals.length > 0)
      throw notAssignable(
        refusals.map((refusal) => describe(refusal, locationOf(refusal.index))),
        refusals.map(({ audience, scopes }) => ({ audience, scopes })),
      );
  }

  /** Whoever makes a credential of a principal can act as it. @throws Problem `grant_not_assignable` */
  requireCover(principal: { id: string; grants: readonly ClientGrant[] }, caller: Caller, creator: Creator): void {
    if (principal.id === caller.clientId) return;
    const beyond = rightsBeyond(principal.grants, creator, this.managementAudience);
    if (beyond.length === 0) return;
    const errors = beyond.map(({ audience, scopes }) => ({
      location: 'id',
      message: `The service principal holds ${scopes.join(' ')} at ${audience}, and you do not.`,
      fix: 'Use a client that holds these scopes itself.',
    }));
    throw notAssignable(errors, beyond);
  }
}

function describe({ audience, scopes, reason }: GrantRefusal, location: string): ProblemItem {
  const { message, fix } = REASONS[reason];
  return { location, message: `${scopes.join(' ')} at ${audience} ${message}.`, fix };
}

function notAssignable(errors: readonly ProblemItem[], grants: readonly ClientGrant[]): Problem {
  const named = grants.map(({ audience, scopes }) => `${scopes.join(' ')} at ${audience}`).join('; ');
  return new Problem(SERVICE_PRINCIPALS_PROBLEMS, 'grant_not_assignable', `You may not assign ${named}. Nothing was stored.`, { errors });
}
