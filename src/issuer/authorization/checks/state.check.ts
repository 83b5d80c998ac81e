import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { stateOf } from '../authorization-answer.js';
import type { AuthorizationCheck, AuthorizationFacts, CheckedRequest } from '../authorization-facts.js';

/** HTTP-8, AZ-10: the state goes back as it came, so it must fit into an address. */
@Injectable()
export class StateCheck implements AuthorizationCheck {
  readonly name = 'state';

  check({ params }: CheckedRequest): Partial<AuthorizationFacts> {
    const state = stateOf(params);
    if (state === undefined && params.has('state')) throw new OAuthError('invalid_request', 'state is longer than 2048 bytes.');
    return { state };
  }
}
