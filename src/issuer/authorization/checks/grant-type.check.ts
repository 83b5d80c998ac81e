import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import type { AuthorizationCheck, CheckedRequest, Known } from '../authorization-facts.js';

/** AE-11. */
@Injectable()
export class GrantTypeCheck implements AuthorizationCheck {
  readonly name = 'grant type';

  check(_: CheckedRequest, known: Known): undefined {
    if (!known.get('client').grantTypes.includes('authorization_code'))
      throw new OAuthError('unauthorized_client', 'The app may not ask for codes.');
  }
}
