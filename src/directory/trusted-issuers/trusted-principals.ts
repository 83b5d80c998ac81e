import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { Client, ClientSource } from '@countersign/oauth';
import { httpProblem, type ProblemItem } from '../../platform/http/index.js';
import { MicroserviceSource } from '../microservice-identities/index.js';
import { CreatorRights, ServicePrincipalSource, type Creator } from '../service-principals/index.js';
import type { AskedRule } from './rules.policy.js';

export type PlacedRule = AskedRule & { readonly location: string };

/** What is known of a caller and of the principals it names. */
export interface Candidates {
  readonly caller: Caller;
  readonly creator: Creator;
  readonly clients: ReadonlyMap<string, Client>;
}

/** Whom rules may name: principals of the same owner, whose rights lie inside those of who writes the rule. */
@Injectable()
export class TrustedPrincipals {
  private readonly sources: readonly ClientSource[];

  constructor(
    servicePrincipals: ServicePrincipalSource,
    microservices: MicroserviceSource,
    private readonly rights: CreatorRights,
  ) {
    this.sources = [servicePrincipals, microservices];
  }

  /** Ask before the transaction: it may open some of its own. */
  async lookUp(caller: Caller, ids: readonly string[]): Promise<Candidates> {
    const clients = new Map<string, Client>();
    for (const id of new Set(ids)) {
      const client = await this.sources.find((source) => source.owns(id))?.find(id);
      if (client) clients.set(id, client);
    }
    return { caller, creator: await this.rights.of(caller), clients };
  }

  /** @throws Problem `validation_failed`, and `grant_not_assignable`: who decides whose tokens count can act as the principal */
  requireAll({ caller, creator, clients }: Candidates, owner: string | null, rules: readonly PlacedRule[]): void {
    const mistakes: ProblemItem[] = [];
    for (const { principal, location } of rules) {
      const client = clients.get(principal);
      // A principal of another organization looks exactly like one that does not exist.
      if (client && (client.orgId ?? null) === owner) this.rights.requireCover(client, caller, creator);
      else
        mistakes.push({
          location: `${location}/principal`,
          message: 'There is no such principal here.',
          fix: 'Send the id of a principal of the same organization.',
        });
    }
    if (mistakes.length > 0)
      throw httpProblem('validation_failed', 'The rules name principals that do not exist. Nothing was stored.', { errors: mistakes });
  }
}
