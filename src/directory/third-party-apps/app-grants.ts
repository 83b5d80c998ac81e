import { Injectable } from '@nestjs/common';
import type { ClientGrant } from '@countersign/oauth';
import { httpProblem } from '../../platform/http/index.js';
import { ApiCatalogue, resolveGrants, type CatalogueApi } from '../api-resources/index.js';
import { undelegableScopes } from './app-grants.policy.js';
import type { AppGrant } from './third-party-app.entity.js';

/** Grants of apps, between how they are written and how they are kept: by the API's id, which an identifier may leave behind. */
@Injectable()
export class AppGrants {
  constructor(private readonly apis: ApiCatalogue) {}

  /**
   * What an app asks for is a wish: each person gives of their own rights, so its creator needs none of them.
   * @throws Problem `validation_failed`
   */
  read(asked: readonly ClientGrant[]): AppGrant[] {
    const { resolved, mistakes } = resolveGrants(asked, (audience) => this.apis.find(audience), '/grants');
    const errors = mistakes.length > 0 ? mistakes : undelegableScopes(resolved);
    if (errors.length > 0)
      throw httpProblem('validation_failed', 'The grants name what an app cannot be allowed. Nothing was stored.', { errors });
    return resolved.map(({ api, scopes }) => ({ apiId: api.id, scopes: [...scopes] }));
  }

  /** As far as the APIs and scopes still exist. */
  write(grants: readonly AppGrant[]): ClientGrant[] {
    return this.present(grants).map(({ api, scopes }) => ({ audience: api.identifier, scopes }));
  }

  /** What of them is about the person. */
  identityScopes(grants: readonly AppGrant[]): readonly string[] {
    return this.present(grants).find(({ api }) => api.identity)?.scopes ?? [];
  }

  private present(grants: readonly AppGrant[]): { api: CatalogueApi; scopes: string[] }[] {
    return grants.flatMap(({ apiId, scopes }) => {
      const api = this.apis.byId(apiId);
      const left = scopes.filter((scope) => api?.definitions.get(scope)?.delegable);
      return api && left.length > 0 ? [{ api, scopes: left }] : [];
    });
  }
}
