import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';

export interface JoinTokenRow {
  readonly id: string;
  readonly microservice_id: string;
  readonly hint: string;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly used_at: Date | null;
}

export interface NewJoinToken {
  readonly id: string;
  readonly microserviceId: string;
  readonly digest: Buffer;
  readonly pepperVersion: string;
  readonly hint: string;
  readonly createdBy: string;
  readonly lifetimeSeconds: number;
}

const COLUMNS = 'id, microservice_id, hint, created_by, created_at, expires_at, used_at';

@Injectable()
export class JoinTokensRepository {
  async insert(tx: Transaction, token: NewJoinToken): Promise<JoinTokenRow> {
    const [row] = await tx.manager.query<JoinTokenRow[]>(
      `INSERT INTO join_tokens (id, microservice_id, digest, pepper_version, hint, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7)) RETURNING ${COLUMNS}`,
      [token.id, token.microserviceId, token.digest, token.pepperVersion, token.hint, token.createdBy, token.lifetimeSeconds],
    );
    if (!row) throw new Error('The join token was not stored.');
    return row;
  }

  /** Newest first; those that ended are there until they are reaped. */
  list(tx: Transaction, microserviceId: string): Promise<JoinTokenRow[]> {
    return tx.manager.query(`SELECT ${COLUMNS} FROM join_tokens WHERE microservice_id = $1 ORDER BY id DESC LIMIT 100`, [microserviceId]);
  }

  async find(tx: Transaction, digests: readonly Buffer[]): Promise<JoinTokenRow | undefined> {
    const [row] = await tx.manager.query<JoinTokenRow[]>(`SELECT ${COLUMNS} FROM join_tokens WHERE digest = ANY($1)`, [digests]);
    return row;
  }

  /** True for one of all who try at the same time: the row is locked until its transaction ends, and the others then find it used. */
  async spend(tx: Transaction, id: string): Promise<boolean> {
    const [rows] = await tx.manager.query<[unknown[], number]>(
      'UPDATE join_tokens SET used_at = now() WHERE id = $1 AND used_at IS NULL AND expires_at > now() RETURNING 1',
      [id],
    );
    return rows.length > 0;
  }

  async delete(tx: Transaction, microserviceId: string, id: string): Promise<JoinTokenRow | undefined> {
    const [[row]] = await tx.manager.query<[JoinTokenRow[], number]>(
      `DELETE FROM join_tokens WHERE microservice_id = $1 AND id = $2 AND used_at IS NULL RETURNING ${COLUMNS}`,
      [microserviceId, id],
    );
    return row;
  }

  /** A week after their end: until then a second use is told from an invention. */
  async reap(tx: Transaction, limit: number): Promise<number> {
    const [rows] = await tx.manager.query<[unknown[], number]>(
      `DELETE FROM join_tokens WHERE id IN (SELECT id FROM join_tokens WHERE expires_at < now() - interval '7 days' LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1`,
      [limit],
    );
    return rows.length;
  }
}
