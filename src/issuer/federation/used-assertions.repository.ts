import { Injectable } from '@nestjs/common';
import type { SingleUse } from '@countersign/oauth';
import { sha256 } from '../../platform/crypto/index.js';
import type { Transaction } from '../../platform/database/index.js';

/** Looks at the values that were used; the token endpoint claims them with its audit rows. */
@Injectable()
export class UsedAssertionsRepository {
  async isUsed(tx: Transaction, { owner, value }: SingleUse): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>('SELECT FROM single_use_values WHERE owner = $1 AND digest = $2', [
      owner,
      sha256(value),
    ]);
    return rows.length > 0;
  }
}
