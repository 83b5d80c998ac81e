import { Injectable } from '@nestjs/common';
import { mintSecret } from '@countersign/oauth';
import { AppGrants, type ThirdPartyApp } from '../../../directory/third-party-apps/index.js';
import { Configuration } from '../../../platform/config/index.js';
import { SecretDigests } from '../../../platform/crypto/index.js';
import { registrationDocument, type Revealed } from './registration-document.js';
import type { Said, TokenDigest } from './registrations.repository.js';

/** What an app is told of its registration, and the token with which it asks again. */
@Injectable()
export class RegistrationAnswers {
  constructor(
    private readonly digests: SecretDigests,
    private readonly grants: AppGrants,
    private readonly configuration: Configuration,
  ) {}

  /** The next registration access token; only its digest is stored. */
  mint(): { readonly text: string; readonly token: TokenDigest } {
    const text = mintSecret('csn_reg');
    return { text, token: this.digests.digest(text) };
  }

  /** In constant time, and as long where there is nothing to compare with. */
  isToken(text: string, stored: TokenDigest | undefined): boolean {
    return this.digests.match(text, stored ? [{ id: '', ...stored, expiresAt: undefined }] : []) !== undefined;
  }

  document(app: ThirdPartyApp, said: Said, revealed: Revealed): Record<string, unknown> {
    return registrationDocument(app, said, revealed, { grants: this.grants, issuer: this.configuration.settings.PUBLIC_URL });
  }
}
