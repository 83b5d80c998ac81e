import { Injectable } from '@nestjs/common';
import { ApiCatalogue, type ScopeDefinition } from '../../../directory/api-resources/index.js';
import { AppGrants, type AppGrant } from '../../../directory/third-party-apps/index.js';
import { wrong } from './metadata-members.js';

/** What apps that nobody registered by hand may ask people for. */
@Injectable()
export class RegistrableScopes {
  constructor(
    private readonly apis: ApiCatalogue,
    private readonly grants: AppGrants,
  ) {}

  /**
   * Of what was asked for, or all where nothing was that exists here. Scopes that nobody has are left out (DCR-4): apps send what they know
   * of other servers. The person still chooses, each time.
   * @throws OAuthError `invalid_client_metadata` for a scope that no app may ever have (DCR-5), and where nothing is left
   */
  grantsFor(asked: readonly string[] | undefined): AppGrant[] {
    const privileged = asked?.find((scope) => this.isPrivileged(scope));
    if (privileged !== undefined) throw wrong('scope', `has ${privileged}, which nobody can pass on to an app`);
    const all = this.grants.ofSelfRegistered();
    // T18: so `offline_access` alone asks for nothing, since refresh tokens come with every code.
    const isForAll = !asked?.some((scope) => this.definitionsOf(scope).length > 0);
    const wanted = isForAll ? all : all.map(({ apiId, scopes }) => ({ apiId, scopes: scopes.filter((scope) => asked?.includes(scope)) }));
    const grants = wanted.filter(({ scopes }) => scopes.length > 0);
    if (grants.length === 0 && !isForAll)
      throw wrong('scope', 'has nothing that an app which registers itself can be allowed; leave it out for all that it can');
    return grants;
  }

  private isPrivileged(scope: string): boolean {
    const definitions = this.definitionsOf(scope);
    return definitions.length > 0 && definitions.every(({ delegable: isDelegable }) => !isDelegable);
  }

  private definitionsOf(scope: string): ScopeDefinition[] {
    return this.apis.list().flatMap(({ zone, definitions }) => (zone === 'external' ? (definitions.get(scope) ?? []) : []));
  }
}
