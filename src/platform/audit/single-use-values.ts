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

  /** All of them, or none. @throws AlreadyUsed */
  async claim(...values: readonly SingleUse[]): Promise<void> {
    if (values.length === 0) return;
    const rows = values.map(({ owner, value, expiresAt }) => ({ owner, digest: sha256(value), expiresAt }));
    await this.transactions.run(async (tx) => {
      const free = await this.repository.claim(tx, rows);
      const lost = rows.find((_, i) => !free.has(i));
      if (lost) throw new AlreadyUsed(lost.owner);
    });
  }
}
