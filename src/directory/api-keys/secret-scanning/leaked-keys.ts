import { Injectable } from '@nestjs/common';
import type { AuditOrigin } from '../../../platform/audit/index.js';
import { SecretDigests } from '../../../platform/crypto/index.js';
import { PlatformTransactions } from '../../../platform/database/index.js';
import { ApiKeyMinting } from '../api-key-minting.js';
import { ApiKeysRepository } from '../api-keys.repository.js';
import { isApiKey } from '../known-api-keys.js';

/** Where a scanner found a key. */
export interface Leak {
  readonly token: string;
  readonly url: string | undefined;
  readonly source: string | undefined;
}

/** Ends keys that somebody found in public. Whoever reports one has it: that is proof enough that it must end. */
@Injectable()
export class LeakedKeys {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: ApiKeysRepository,
    private readonly digests: SecretDigests,
    private readonly minting: ApiKeyMinting,
  ) {}

  /** @returns whether it is, or was, a key of ours */
  async revoke({ token, url, source }: Leak, scanner: string, origin: AuditOrigin): Promise<boolean> {
    if (!isApiKey(token)) return false;
    return this.transactions.run(async (tx) => {
      const key = await this.repository.findByDigest(tx, this.digests.everyDigest(token));
      if (!key) return false;
      const act = { actor: { type: 'system' as const, name: `secret scanner ${scanner}` }, origin };
      await this.minting.revoke(tx, act, key, 'leaked', { found_at: url, found_in: source });
      return true;
    });
  }
}
