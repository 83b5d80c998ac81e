import { Injectable } from '@nestjs/common';
import { sqlState, type Transaction } from '../database/index.js';
import type { IdempotentRequest } from './submission.js';

const LOCK_NOT_AVAILABLE = '55P03';
/** Far less than requests wait for a connection: duplicates that wait hold one each, and must not use up the pool. */
const WAIT_MS = 1_000;

export interface IdempotencyRecord {
  readonly request_digest: Buffer;
  readonly response: Record<string, unknown>;
  readonly sealed_secret: string | null;
  readonly created_at: Date;
}

@Injectable()
export class IdempotencyRepository {
  /**
   * Claims the key for this transaction. A second transaction with the key waits here until the first has ended.
   * `false`: it was claimed before; `busy`: the first is still running.
   */
  async claim(tx: Transaction, { caller, key, digest }: IdempotentRequest, expiresAt: Date): Promise<boolean | 'busy'> {
    try {
      await tx.manager.query(`SELECT set_config('lock_timeout', $1, true)`, [`${WAIT_MS}ms`]);
      await tx.manager.query('DELETE FROM idempotency_records WHERE caller = $1 AND key = $2 AND expires_at < now()', [caller, key]);
      const rows = await tx.manager.query<unknown[]>(
        'INSERT INTO idempotency_records (caller, key, request_digest, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1',
        [caller, key, digest, expiresAt],
      );
      await tx.manager.query(`SELECT set_config('lock_timeout', '0', true)`);
      return rows.length > 0;
    } catch (error) {
      if (sqlState(error) === LOCK_NOT_AVAILABLE) return 'busy';
      throw error;
    }
  }

  /** Undefined where another organization's request of the same caller used the key: row-level security hides it. */
  async find(tx: Transaction, { caller, key }: IdempotentRequest): Promise<IdempotencyRecord | undefined> {
    const [record] = await tx.manager.query<IdempotencyRecord[]>(
      'SELECT request_digest, response, sealed_secret, created_at FROM idempotency_records WHERE caller = $1 AND key = $2',
      [caller, key],
    );
    return record;
  }

  async fill(tx: Transaction, { caller, key }: IdempotentRequest, response: object, sealedSecret: string | null): Promise<void> {
    await tx.manager.query('UPDATE idempotency_records SET response = $3, sealed_secret = $4 WHERE caller = $1 AND key = $2', [
      caller,
      key,
      JSON.stringify(response),
      sealedSecret,
    ]);
  }

  /** Answers how many secrets it removed. */
  async forgetSecrets(tx: Transaction, olderThan: Date, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH old AS (SELECT caller, key FROM idempotency_records WHERE sealed_secret IS NOT NULL AND created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED),
            emptied AS (UPDATE idempotency_records r SET sealed_secret = NULL FROM old WHERE r.caller = old.caller AND r.key = old.key RETURNING 1)
       SELECT 1 FROM emptied`,
      [olderThan, limit],
    );
    return rows.length;
  }

  /** Answers how many records it deleted. */
  async deleteExpired(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH gone AS (DELETE FROM idempotency_records WHERE ctid IN (SELECT ctid FROM idempotency_records WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1)
       SELECT 1 FROM gone`,
      [limit],
    );
    return rows.length;
  }
}
