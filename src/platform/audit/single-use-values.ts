import { Injectable } from '@nestjs/common';
import type { SingleUse } from '@countersign/oauth';
import { sha256 } from '../crypto/index.js';
import { PlatformTransactions } from '../database/index.js';
import { AuditRepository } from './audit.repository.js';
import { AlreadyUsed } from './audit-writer.js';

/** Values that may be used once, claimed by themselves. Those of machine tokens are claimed with their audit rows, in one statement for many. */
@Injectable()
export class SingleUseValues {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: AuditRepository,
  ) {}

  /** @throws AlreadyUsed */
  async claim({ owner, value, expiresAt }: SingleUse): Promise<void> {
    const free = await this.transactions.run((tx) => this.repository.claim(tx, [{ owner, digest: sha256(value), expiresAt }]));
    if (free.size === 0) throw new AlreadyUsed();
  }
}
