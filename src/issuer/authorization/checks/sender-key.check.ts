import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import type { AuthorizationCheck, AuthorizationFacts, CheckedRequest } from '../authorization-facts.js';

const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/** RFC 9449 §10: the key to which the code is bound, where the app names one. */
@Injectable()
export class SenderKeyCheck implements AuthorizationCheck {
  readonly name = 'dpop_jkt';

  check({ params }: CheckedRequest): Partial<AuthorizationFacts> {
    const dpopJkt = params.find('dpop_jkt');
    if (dpopJkt !== undefined && !THUMBPRINT.test(dpopJkt))
      throw new OAuthError('invalid_request', 'dpop_jkt is not the base64url text of a SHA-256: 43 characters without padding.');
    return { dpopJkt };
  }
}
