import { Injectable } from '@nestjs/common';
import { OAuthError, type Client } from '@countersign/oauth';
import { ApiCatalogue, type CatalogueApi } from '../../../directory/api-resources/index.js';
import { Configuration, issuerOf } from '../../../platform/config/index.js';
import { Delegation } from '../../consents/index.js';
import { RefreshTokens, type RefreshFamily } from '../../refresh-tokens/index.js';
import type { ActiveToken, IntrospectionCaller } from '../introspection-answer.js';
import type { TokenKind } from '../token-kind.js';

/** INT-4: for the app it was issued to, never for an API. Asking neither uses it nor prolongs it. */
@Injectable()
export class RefreshTokenKind implements TokenKind {
  readonly name = 'refresh_token';

  constructor(
    private readonly tokens: RefreshTokens,
    private readonly delegation: Delegation,
    private readonly apis: ApiCatalogue,
    private readonly configuration: Configuration,
  ) {}

  recognise(token: string): boolean {
    return this.tokens.recognises(token);
  }

  async describe(token: string, { client }: IntrospectionCaller): Promise<ActiveToken | undefined> {
    const family = await this.tokens.findLive(token, client);
    const api = family && this.apis.byId(family.apiId);
    if (!family || !api?.active) return undefined;
    const scopes = await this.scopesLeft(family, client, api);
    if (scopes.length === 0) return undefined;
    const { userId, authentication, cnf, refreshedAt, idleUntil } = family;
    return {
      active: true,
      iss: issuerOf(this.configuration.settings, client.zone),
      sub: userId,
      aud: api.identifier,
      client_id: client.id,
      scope: scopes.join(' '),
      // Unless it is refreshed before; never later than the end of the family.
      exp: Math.floor(idleUntil.getTime() / 1000),
      iat: Math.floor(refreshedAt.getTime() / 1000),
      org_id: family.orgId,
      auth_time: authentication.authTime,
      acr: authentication.acr,
      amr: [...authentication.amr],
      ...(cnf && { cnf }),
    };
  }

  /** What a refresh would give now; nothing where the person has taken it back. */
  private async scopesLeft(family: RefreshFamily, client: Client, api: CatalogueApi): Promise<readonly string[]> {
    const { orgId, consentId, userId, scopes: asked } = family;
    try {
      return (await this.delegation.rights({ orgId, consentId, userId, client, api, asked })).scopes;
    } catch (error) {
      if (error instanceof OAuthError) return [];
      throw error;
    }
  }
}
