import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';

export interface NewPasswordReset {
  readonly userId: string;
  readonly digest: Buffer;
  readonly pepperVersion: string;
  readonly hint: string;
  readonly createdBy: string;
  readonly lifetimeSeconds: number;
}

export interface PasswordResetTarget {
  readonly userId: string;
  /** The address that the password belongs to. */
  readonly email: string;
}

/** One per person at most. Only in platform transactions. */
@Injectable()
export class PasswordResetsRepository {
  /** Takes the place of the one that the person had. Answers when it ends. */
  async replace(tx: Transaction, reset: NewPasswordReset): Promise<Date> {
    const [row] = await tx.manager.query<{ expires_at: Date }[]>(
      `INSERT INTO password_resets (user_id, digest, pepper_version, hint, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
       ON CONFLICT (user_id) DO UPDATE SET digest = excluded.digest, pepper_version = excluded.pepper_version, hint = excluded.hint,
         created_by = excluded.created_by, created_at = now(), expires_at = excluded.expires_at RETURNING expires_at`,
      [reset.userId, reset.digest, reset.pepperVersion, reset.hint, reset.createdBy, reset.lifetimeSeconds],
    );
    if (!row) throw new Error('The link was not stored.');
    return row.expires_at;
  }

  /** Only while it works, and never for somebody who is disabled. */
  async find(tx: Transaction, digests: readonly Buffer[]): Promise<PasswordResetTarget | undefined> {
    const [row] = await tx.manager.query<PasswordResetTarget[]>(
      `SELECT r.user_id AS "userId", p.email FROM password_resets r JOIN user_passwords p USING (user_id)
         JOIN users u ON u.id = r.user_id AND u.status = 'active'
        WHERE r.digest = ANY($1) AND r.expires_at > now()`,
      [digests],
    );
    return row;
  }

  /** Whose it is, for one of all who try at the same time; the others find it gone when its transaction has ended. */
  async spend(tx: Transaction, digests: readonly Buffer[]): Promise<string | undefined> {
    const [[row]] = await tx.manager.query<[{ user_id: string }[], number]>(
      'DELETE FROM password_resets WHERE digest = ANY($1) AND expires_at > now() RETURNING user_id',
      [digests],
    );
    return row?.user_id;
  }

  async deleteOf(tx: Transaction, userId: string): Promise<void> {
    await tx.manager.query('DELETE FROM password_resets WHERE user_id = $1', [userId]);
  }

  async reap(tx: Transaction, limit: number): Promise<number> {
    const [rows] = await tx.manager.query<[unknown[], number]>(
      'DELETE FROM password_resets WHERE user_id IN (SELECT user_id FROM password_resets WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1',
      [limit],
    );
    return rows.length;
  }
}
