import { Injectable } from '@nestjs/common';
import { TenantTransactions } from '../../platform/database/index.js';
import { ApiCatalogue, type ScopeDefinition } from '../api-resources/index.js';
import { Orgs, outsideCeiling } from '../orgs/index.js';
import { Memberships, scopesOfRole } from '../users/index.js';

/** One API at which a person could have a token of their own, for the data of one organization. */
export interface TokenChoice {
  readonly org: { readonly id: string; readonly name: string };
  readonly api: { readonly id: string; readonly identifier: string; readonly name: string };
  readonly scopes: readonly ScopeDefinition[];
}

/** What people can choose from when they make a personal access token. */
@Injectable()
export class TokenChoices {
  constructor(
    private readonly memberships: Memberships,
    private readonly tenants: TenantTransactions,
    private readonly orgs: Orgs,
    private readonly apis: ApiCatalogue,
  ) {}

  async of(userId: string): Promise<TokenChoice[]> {
    const choices: TokenChoice[] = [];
    for (const { orgId, role } of await this.memberships.of(userId)) {
      const { id, name, ceiling } = await this.tenants.run(orgId, (tx) => this.orgs.getInside(tx, orgId));
      for (const api of this.apis.list()) {
        // Who a person is, apps ask alone.
        if (api.zone !== 'external' || !api.active || api.identity) continue;
        const inRole = scopesOfRole(role, api);
        const refused = new Set(outsideCeiling({ audience: api.identifier, scopes: inRole }, ceiling));
        const scopes = inRole.flatMap((scope) => (refused.has(scope) ? [] : (api.definitions.get(scope) ?? [])));
        if (scopes.length > 0) choices.push({ org: { id, name }, api, scopes });
      }
    }
    return choices;
  }
}
