import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/index.js';

export interface RegistrationTokenRow {
  readonly id: string;
  readonly hint: string;
  readonly note: string | null;
  readonly max_uses: number;
  readonly uses: number;
  readonly created_by: string;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly expires_at: Date;
}

export interface NewRegistrationToken {
  readonly id: string;
  readonly digest: Buffer;
  readonly pepperVersion: string;
  readonly hint: string;
  readonly note: string | undefined;
  readonly maxUses: number;
  readonly createdBy: string;
  readonly lifetimeSeconds: number;
}

const COLUMNS = 'id, hint, note, max_uses, uses, created_by, created_at, last_used_at, expires_at';
const USABLE = 'digest = ANY ($1) AND uses < max_uses AND expires_at > now()';

/** Initial access tokens. */
@Injectable()
export class RegistrationTokensRepository {
  async insert(tx: Transaction, token: NewRegistrationToken): Promise<RegistrationTokenRow> {
    const [row] = await tx.manager.query<RegistrationTokenRow[]>(
      `INSERT INTO registration_tokens (id, digest, pepper_version, hint, note, max_uses, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8)) RETURNING ${COLUMNS}`,
      [token.id, token.digest, token.pepperVersion, token.hint, token.note ?? null, token.maxUses, token.createdBy, token.lifetimeSeconds],
    );
    if (!row) throw new Error('The registration token was not stored.');
    return row;
  }

  /** Newest first; those that ended are there until they are reaped. */
  list(tx: Transaction): Promise<RegistrationTokenRow[]> {
    return tx.manager.query(`SELECT ${COLUMNS} FROM registration_tokens ORDER BY id DESC LIMIT 100`);
  }

  async isUsable(tx: Transaction, digests: readonly Buffer[]): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(`SELECT 1 FROM registration_tokens WHERE ${USABLE}`, [digests]);
    return rows.length > 0;
  }

  /** One use; undefined where none is left. The row is locked until the transaction ends, so uses are counted one by one. */
  async spend(tx: Transaction, digests: readonly Buffer[]): Promise<string | undefined> {
    const rows = await tx.manager.query<{ id: string }[]>(
      `WITH spent AS (UPDATE registration_tokens SET uses = uses + 1, last_used_at = now() WHERE ${USABLE} RETURNING id) SELECT * FROM spent`,
      [digests],
    );
    return rows[0]?.id;
  }

  async delete(tx: Transaction, id: string): Promise<RegistrationTokenRow | undefined> {
    const rows = await tx.manager.query<RegistrationTokenRow[]>(
      `WITH gone AS (DELETE FROM registration_tokens WHERE id = $1 RETURNING ${COLUMNS}) SELECT * FROM gone`,
      [id],
    );
    return rows[0];
  }

  /** A week after their end, so that an operator sees what became of them. */
  async reap(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM registration_tokens WHERE id IN
         (SELECT id FROM registration_tokens WHERE expires_at < now() - interval '7 days' LIMIT $1) RETURNING 1) SELECT * FROM dead`,
      [limit],
    );
    return rows.length;
  }
}
