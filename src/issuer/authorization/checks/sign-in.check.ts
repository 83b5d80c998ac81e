import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { isId } from '../../../platform/crypto/index.js';
import type { AuthorizationCheck, AuthorizationFacts, CheckedRequest } from '../authorization-facts.js';

const MAX_HINT_LENGTH = 320;
const MAX_ACR_VALUES = 20;

/** AE-15: how recently and how strongly somebody must have signed in, who it is thought to be, and for which organization. */
@Injectable()
export class SignInCheck implements AuthorizationCheck {
  readonly name = 'sign-in';

  check({ params }: CheckedRequest): Partial<AuthorizationFacts> {
    const [maxAge, orgId] = [params.find('max_age'), params.find('org_id')];
    if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge))
      throw new OAuthError('invalid_request', 'max_age is not a whole number of seconds.');
    if (orgId !== undefined && !isId(orgId, 'org')) throw new OAuthError('invalid_request', 'org_id is not the id of an organization.');
    const hint = params.find('login_hint');
    return {
      maxAge: maxAge === undefined ? undefined : Number(maxAge),
      acrValues: (params.find('acr_values')?.split(' ') ?? []).filter(Boolean).slice(0, MAX_ACR_VALUES),
      // Only a help for people: what is no address fills no field.
      loginHint: hint !== undefined && hint.length <= MAX_HINT_LENGTH ? hint : undefined,
      orgId,
    };
  }
}
