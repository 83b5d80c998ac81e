import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import type { AuthorizationCheck, CheckedRequest } from '../authorization-facts.js';

/** AE-5, AZ-2: a code and nothing else; no token ever passes through an address (RFC 9700 §2.1.2). */
@Injectable()
export class ResponseTypeCheck implements AuthorizationCheck {
  readonly name = 'response_type';

  check({ params }: CheckedRequest): undefined {
    if (params.get('response_type') !== 'code') throw new OAuthError('unsupported_response_type', 'Use response_type=code.');
  }
}
