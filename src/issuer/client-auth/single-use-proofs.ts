import { Injectable } from '@nestjs/common';
import { OAuthError, type AuthenticatedClient, type ClientProof, type SingleUse } from '@countersign/oauth';
import { AlreadyUsed, SingleUseValues } from '../../platform/audit/index.js';
import { ASSERTION_REFUSED, authenticationFailed } from './authentication-failed.js';

/** PKJ-8: an assertion is good for one request, at whichever endpoint it comes to first. */
@Injectable()
export class SingleUseProofs {
  constructor(private readonly values: SingleUseValues) {}

  /**
   * Uses up the proof of a client where it is good for one request only, and what else is. @returns the client, with nothing left to claim
   * @throws OAuthError `invalid_client`, or `invalid_grant` where the proof is the grant; AlreadyUsed for what else there is
   */
  async claim(caller: AuthenticatedClient, another?: SingleUse): Promise<AuthenticatedClient> {
    const { singleUse, ...proof } = caller.proof;
    const values = [singleUse, another].filter((value) => value !== undefined);
    await unlessReplayed(caller.proof, () => this.values.claim(...values));
    return { ...caller, proof };
  }
}

/** Around work that claims the proof together with what else it writes. @throws OAuthError as `SingleUseProofs.claim` does */
export async function unlessReplayed<T>({ via, isGrant, singleUse }: ClientProof, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AlreadyUsed) || error.owner !== singleUse?.owner) throw error;
    const detail = `${via}_replayed`;
    throw isGrant ? new OAuthError('invalid_grant', ASSERTION_REFUSED, { detail }) : authenticationFailed(detail);
  }
}
