import { Injectable } from '@nestjs/common';
import { DpopNonces } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { SecretDigests } from '../../platform/crypto/index.js';

/** Where nonces of DPoP proofs come from, if they are demanded: the same ones on every replica, and others for each who asks. */
@Injectable()
export class DpopNonceSource {
  constructor(
    private readonly digests: SecretDigests,
    private readonly configuration: Configuration,
  ) {}

  /** @param context the issuer, or the identifier of an API */
  noncesOf(context: string): DpopNonces | undefined {
    if (!this.configuration.settings.REQUIRE_DPOP_NONCES) return undefined;
    return new DpopNonces({ key: this.digests.derivedKeys('dpop nonces'), context });
  }
}
