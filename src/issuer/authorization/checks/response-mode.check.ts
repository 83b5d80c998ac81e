import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import type { AuthorizationCheck, CheckedRequest } from '../authorization-facts.js';

/** AE-6, AZ-13. */
@Injectable()
export class ResponseModeCheck implements AuthorizationCheck {
  readonly name = 'response_mode';

  check({ params }: CheckedRequest): undefined {
    const mode = params.find('response_mode');
    if (mode !== undefined && mode !== 'query') throw new OAuthError('invalid_request', 'The only response_mode is query. Leave it out.');
  }
}
