import { Injectable } from '@nestjs/common';
import type { AppRegistrationWay, ClientGrant } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { ApiCatalogue, resolveGrants, type CatalogueApi } from '../api-resources/index.js';
import { undelegableScopes } from './app-grants.policy.js';
import type { AppGrant, ThirdPartyApp } from './third-party-app.entity.js';

/** Grants of apps, between how they are written and how they are kept: by the API's id, which an identifier may leave behind. */
@Injectable()
export class AppGrants {
  constructor(
    private readonly apis: ApiCatalogue,
    private readonly configuration: Configuration,
  ) {}

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

  /** Of an app: what was registered for it; where no administrator has registered it, no more than all such apps may ask people for. */
  of({ registration, grants }: Pick<ThirdPartyApp, 'registration' | 'grants'>): ClientGrant[] {
    return this.write(this.kept(registration, grants));
  }

  /** What of them is about the person. */
  identityScopesOf({ registration, grants }: Pick<ThirdPartyApp, 'registration' | 'grants'>): readonly string[] {
    return this.identityScopes(this.kept(registration, grants));
  }

  /** DCR-5: every delegable scope of the APIs that the operator has opened to apps which no administrator has registered. */
  ofSelfRegistered(): AppGrant[] {
    const { PUBLIC_URL, SELF_REGISTERED_APP_AUDIENCES: named } = this.configuration.settings;
    // An API may be named twice, by what it was called before too.
    const open = new Set((named.length > 0 ? named : [`${PUBLIC_URL}/mcp`]).flatMap((audience) => this.apis.find(audience) ?? []));
    return [...open].filter(({ zone }) => zone === 'external').map((api) => ({ apiId: api.id, scopes: delegableScopes(api) }));
  }

  private kept(registration: AppRegistrationWay, grants: readonly AppGrant[]): readonly AppGrant[] {
    if (registration === 'administrator') return grants;
    const open = this.ofSelfRegistered();
    return registration === 'metadata_document' ? open : within(grants, open);
  }

  /** As far as the APIs and scopes still exist. */
  write(grants: readonly AppGrant[]): ClientGrant[] {
    return this.present(grants).map(({ api, scopes }) => ({ audience: api.identifier, scopes }));
  }

  private identityScopes(grants: readonly AppGrant[]): readonly string[] {
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

function delegableScopes({ definitions }: CatalogueApi): string[] {
  return [...definitions.values()].filter(({ delegable }) => delegable).map(({ name }) => name);
}

/** As it is now: an API that an operator has taken out since ends also for apps that were registered before. */
function within(grants: readonly AppGrant[], open: readonly AppGrant[]): AppGrant[] {
  return grants.filter(({ apiId }) => open.some((other) => other.apiId === apiId));
}
