import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import type { AuthorizationCheck, CheckedRequest } from '../authorization-facts.js';

/** AE-16: no request objects, and no fetching of what a stranger names (RFC 9101 §10.4). */
@Injectable()
export class RequestObjectCheck implements AuthorizationCheck {
  readonly name = 'request object';

  check({ params }: CheckedRequest): undefined {
    if (params.has('request'))
      throw new OAuthError(
        'request_not_supported',
        'Request objects are not taken here. Send the parameters as they are, or push them to /oauth/par.',
      );
    if (params.has('request_uri'))
      throw new OAuthError('request_uri_not_supported', 'request_uri takes only what /oauth/par has given out. Push the request there.');
  }
}
