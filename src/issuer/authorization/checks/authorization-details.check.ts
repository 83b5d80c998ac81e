import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import type { AuthorizationCheck, CheckedRequest } from '../authorization-facts.js';

/** AE-10, RFC 9396 §5: no type is known, so none may be taken for granted. */
@Injectable()
export class AuthorizationDetailsCheck implements AuthorizationCheck {
  readonly name = 'authorization_details';

  check({ params }: CheckedRequest): undefined {
    if (params.has('authorization_details'))
      throw new OAuthError('invalid_authorization_details', 'No type of authorization_details is known here. Use scope.');
  }
}
