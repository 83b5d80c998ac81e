import { Injectable } from '@nestjs/common';
import { Registry, type OAuthRequest, type SenderConstraint, type SenderProof } from '@countersign/oauth';
import { SENDER_CONSTRAINTS } from './constraints.js';

/** Which key the client holds: proven once, before the grant. The first constraint of the list that finds a proof wins. */
@Injectable()
export class SenderProver {
  readonly constraints = new Registry<SenderConstraint>('sender constraint', SENDER_CONSTRAINTS);

  async prove(request: OAuthRequest): Promise<SenderProof | undefined> {
    for (const constraint of this.constraints) {
      const proof = await constraint.prove(request);
      if (proof) return proof;
    }
    return undefined;
  }
}
