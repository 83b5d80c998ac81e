import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { Configuration } from '../../../platform/config/index.js';
import type { AuthorizationCheck, CheckedRequest } from '../authorization-facts.js';

/** AE-18, RFC 9126 §5. */
@Injectable()
export class PushedOnlyCheck implements AuthorizationCheck {
  readonly name = 'pushed only';

  constructor(private readonly configuration: Configuration) {}

  check({ isPushed }: CheckedRequest): undefined {
    if (this.configuration.settings.REQUIRE_PUSHED_AUTHORIZATION_REQUESTS && !isPushed)
      throw new OAuthError('invalid_request', 'Requests must be pushed to /oauth/par first.');
  }
}
