import { Injectable } from '@nestjs/common';
import { CODE_CHALLENGE_METHOD, isCodeChallenge, OAuthError } from '@countersign/oauth';
import type { AuthorizationCheck, AuthorizationFacts, CheckedRequest } from '../authorization-facts.js';

/** AE-7, AZ-7, AZ-8: every code is bound to a verifier that has never been on the way, by S256 (RFC 7636 §4.3, RFC 9700 §2.1.1). */
@Injectable()
export class CodeChallengeCheck implements AuthorizationCheck {
  readonly name = 'code_challenge';

  check({ params }: CheckedRequest): Partial<AuthorizationFacts> {
    const codeChallenge = params.find('code_challenge');
    if (codeChallenge === undefined)
      throw new OAuthError('invalid_request', 'code_challenge is missing: every request needs PKCE (RFC 7636).');
    // RFC 7636 §4.3: left out it would mean plain.
    if (params.find('code_challenge_method') !== CODE_CHALLENGE_METHOD)
      throw new OAuthError('invalid_request', `code_challenge_method must be ${CODE_CHALLENGE_METHOD}.`);
    if (!isCodeChallenge(codeChallenge))
      throw new OAuthError('invalid_request', 'code_challenge is not the base64url text of a SHA-256: 43 characters without padding.');
    return { codeChallenge };
  }
}
