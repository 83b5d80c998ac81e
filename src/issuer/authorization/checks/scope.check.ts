import { Injectable } from '@nestjs/common';
import { OAuthError, parseScope } from '@countersign/oauth';
import type { AuthorizationCheck, AuthorizationFacts, CheckedRequest, Known } from '../authorization-facts.js';

/** AE-8, AZ-9: of what is asked for, what the app may ask for somewhere; the person sees it and the token says it. */
@Injectable()
export class ScopeCheck implements AuthorizationCheck {
  readonly name = 'scope';

  check({ params }: CheckedRequest, known: Known): Partial<AuthorizationFacts> {
    const { grants } = known.get('client');
    const every = [...new Set(grants.flatMap(({ scopes }) => scopes))];
    const text = params.find('scope');
    const scopes = text === undefined ? every : parseScope(text).filter((scope) => every.includes(scope));
    if (scopes.length === 0) throw new OAuthError('invalid_scope', 'The app is registered for none of these scopes.');
    return { scopes };
  }
}
