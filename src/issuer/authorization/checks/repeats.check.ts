import { Injectable } from '@nestjs/common';
import type { AuthorizationCheck, CheckedRequest } from '../authorization-facts.js';

/** AE-4, RFC 6749 §3.1: a parameter is sent once. */
@Injectable()
export class RepeatsCheck implements AuthorizationCheck {
  readonly name = 'repeats';

  check({ params }: CheckedRequest): undefined {
    params.refuseRepeats();
  }
}
