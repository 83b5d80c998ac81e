import { Injectable } from '@nestjs/common';
import type { DpopOptions, SenderConstraintSource } from '@countersign/resource-server';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { Configuration } from '../../platform/config/index.js';
import { DpopNonceSource } from './dpop-nonce-source.js';
import { SharedReplayStore } from './shared-replay-store.js';

/** How the APIs of this process take bound tokens, for their guards. */
@Injectable()
export class OwnApiConstraints {
  constructor(
    private readonly nonces: DpopNonceSource,
    private readonly replays: SharedReplayStore,
    private readonly apis: ApiCatalogue,
    private readonly configuration: Configuration,
  ) {}

  /** @param identifier of an API of the external zone */
  of(identifier: string): { dpop: DpopOptions; senderConstraint: SenderConstraintSource } {
    const { PUBLIC_URL, MTLS_URL } = this.configuration.settings;
    return {
      dpop: {
        externalUrl: [PUBLIC_URL, ...(MTLS_URL === undefined ? [] : [MTLS_URL])],
        replays: this.replays,
        nonces: this.nonces.noncesOf(identifier),
      },
      // As it is now: who asks for bound tokens only has the unbound ones of before refused as well.
      senderConstraint: () => this.apis.find(identifier)?.senderConstraint ?? 'none',
    };
  }
}
