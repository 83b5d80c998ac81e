import { Injectable } from '@nestjs/common';
import { isIdentityScope, OAuthError, type ClientGrant } from '@countersign/oauth';
import { ApiCatalogue, type CatalogueApi } from '../../../directory/api-resources/index.js';
import { grantFor, requestedTarget, soleGrant } from '../../endpoint/index.js';
import type { AuthorizationCheck, AuthorizationFacts, CheckedRequest, Known } from '../authorization-facts.js';

/** AE-9, RI-1…8: one API, by `resource` or `audience`; without either the only one that has the scopes, or UserInfo where only that has. */
@Injectable()
export class TargetCheck implements AuthorizationCheck {
  readonly name = 'target';

  constructor(private readonly apis: ApiCatalogue) {}

  check({ params }: CheckedRequest, known: Known): Partial<AuthorizationFacts> {
    const { grants } = known.get('client');
    const asked = known.get('scopes');
    const named = requestedTarget(params, (name) => this.externalIdentifierOf(name));
    // Without a scope everything at one API is meant, not everything everywhere.
    const grant = named === undefined ? this.impliedGrant(grants, params.has('scope') ? asked : undefined) : grantFor(grants, named);
    const api = this.apis.find(grant.audience);
    if (!api?.active) throw new OAuthError('invalid_target', 'The API is not available.');
    const own = asked.filter((scope) => grant.scopes.includes(scope));
    if (own.length === 0) throw new OAuthError('invalid_scope', 'The app is registered for none of these scopes at this API.');
    return { api, scopes: params.has('scope') ? asked.filter((scope) => own.includes(scope) || isIdentityScope(scope)) : own };
  }

  /** Who somebody is can be asked beside any API, so it names none as long as something else is asked. */
  private impliedGrant(grants: readonly ClientGrant[], asked: readonly string[] | undefined): ClientGrant {
    const isIdentity = ({ audience }: ClientGrant): boolean => this.apis.find(audience)?.identity ?? false;
    const [identity, others] = [grants.find(isIdentity), grants.filter((grant) => !isIdentity(grant))];
    const ofApis = asked?.filter((scope) => !isIdentityScope(scope));
    const onlyIdentity = others.length === 0 || ofApis?.length === 0;
    return identity && onlyIdentity ? identity : soleGrant(others, ofApis);
  }

  /** An internal API is as unknown as one that does not exist. */
  private externalIdentifierOf(name: string): string | undefined {
    const api: CatalogueApi | undefined = this.apis.find(name);
    return api?.zone === 'external' ? api.identifier : undefined;
  }
}
