import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { ApiCatalogue } from '../../../directory/api-resources/index.js';
import { grantFor, requestedTarget, soleGrant } from '../../endpoint/index.js';
import type { AuthorizationCheck, AuthorizationFacts, CheckedRequest, Known } from '../authorization-facts.js';

/** AE-9, RI-1…8: one API, by `resource` or `audience`; without either the only one that has the scopes. */
@Injectable()
export class TargetCheck implements AuthorizationCheck {
  readonly name = 'target';

  constructor(private readonly apis: ApiCatalogue) {}

  check({ params }: CheckedRequest, known: Known): Partial<AuthorizationFacts> {
    const { grants } = known.get('client');
    const asked = known.get('scopes');
    const named = requestedTarget(params, (name) => this.externalIdentifierOf(name));
    // Without a scope everything at one API is meant, not everything everywhere.
    const grant = named === undefined ? soleGrant(grants, params.has('scope') ? asked : undefined) : grantFor(grants, named);
    const api = this.apis.find(grant.audience);
    if (!api?.active) throw new OAuthError('invalid_target', 'The API is not available.');
    const scopes = asked.filter((scope) => grant.scopes.includes(scope));
    if (scopes.length === 0) throw new OAuthError('invalid_scope', 'The app is registered for none of these scopes at this API.');
    return { api, scopes };
  }

  /** An internal API is as unknown as one that does not exist. */
  private externalIdentifierOf(name: string): string | undefined {
    const api = this.apis.find(name);
    return api?.zone === 'external' ? api.identifier : undefined;
  }
}
