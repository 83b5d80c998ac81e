import { Inject, Injectable } from '@nestjs/common';
import { OAuthError, type OAuthRequest, type Registry, type SenderConstraint, type SenderProof } from '@countersign/oauth';
import { AlreadyUsed } from '../../platform/audit/index.js';

export const SENDER_CONSTRAINT_REGISTRY = Symbol('sender constraints');

/** Which key the client holds: proven once, before the grant. The first constraint of the list that finds a proof wins. */
@Injectable()
export class SenderProver {
  constructor(@Inject(SENDER_CONSTRAINT_REGISTRY) private readonly constraints: Registry<SenderConstraint>) {}

  /** @throws OAuthError `invalid_dpop_proof`, `use_dpop_nonce`, `invalid_request` */
  async prove(request: OAuthRequest): Promise<SenderProof | undefined> {
    for (const constraint of this.constraints) {
      const proof = await constraint.prove(request);
      if (proof) return proof;
    }
    return undefined;
  }
}

/** Around work that uses up the proof together with what else it writes. @throws OAuthError `invalid_dpop_proof` */
export async function unlessProofReplayed<T>(proof: SenderProof | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AlreadyUsed) || !proof?.singleUse || error.owner !== proof.singleUse.owner) throw error;
    // RFC 9449 §11.1.
    throw new OAuthError('invalid_dpop_proof', 'The DPoP proof was used before. Make one for each request.', {
      detail: `${proof.constraint}_replayed`,
      ...(proof.headers && { headers: proof.headers }),
    });
  }
}
