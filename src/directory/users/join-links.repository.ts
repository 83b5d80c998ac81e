import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';

export interface JoinLinkRow {
  readonly id: string;
  readonly org_id: string;
  readonly member_id: string;
  readonly hint: string;
  readonly expires_at: Date;
}

export interface NewJoinLink {
  readonly id: string;
  readonly orgId: string;
  readonly memberId: string;
  readonly digest: Buffer;
  readonly pepperVersion: string;
  readonly hint: string;
  readonly createdBy: string;
  readonly lifetimeSeconds: number;
}

const COLUMNS = 'id, org_id, member_id, hint, expires_at';

@Injectable()
export class JoinLinksRepository {
  /** Takes the place of the one that the member had. */
  async replace(tx: Transaction, link: NewJoinLink): Promise<JoinLinkRow> {
    await tx.manager.query('DELETE FROM join_links WHERE org_id = $1 AND member_id = $2', [link.orgId, link.memberId]);
    const [row] = await tx.manager.query<JoinLinkRow[]>(
      `INSERT INTO join_links (id, org_id, member_id, digest, pepper_version, hint, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8)) RETURNING ${COLUMNS}`,
      [link.id, link.orgId, link.memberId, link.digest, link.pepperVersion, link.hint, link.createdBy, link.lifetimeSeconds],
    );
    if (!row) throw new Error('The join link was not stored.');
    return row;
  }

  listOf(tx: Transaction, orgId: string, memberIds: readonly string[]): Promise<JoinLinkRow[]> {
    return tx.manager.query(`SELECT ${COLUMNS} FROM join_links WHERE org_id = $1 AND member_id = ANY($2)`, [orgId, memberIds]);
  }

  /** Only while it works. */
  async find(tx: Transaction, digests: readonly Buffer[]): Promise<JoinLinkRow | undefined> {
    const [row] = await tx.manager.query<JoinLinkRow[]>(`SELECT ${COLUMNS} FROM join_links WHERE digest = ANY($1) AND expires_at > now()`, [
      digests,
    ]);
    return row;
  }

  /** The row for one of all who try at the same time; the others find it gone when its transaction has ended. */
  async spend(tx: Transaction, digests: readonly Buffer[]): Promise<JoinLinkRow | undefined> {
    const [[row]] = await tx.manager.query<[JoinLinkRow[], number]>(
      `DELETE FROM join_links WHERE digest = ANY($1) AND expires_at > now() RETURNING ${COLUMNS}`,
      [digests],
    );
    return row;
  }

  /** A week after their end: until then an administrator sees why nobody came. */
  async reap(tx: Transaction, limit: number): Promise<number> {
    const [rows] = await tx.manager.query<[unknown[], number]>(
      `DELETE FROM join_links WHERE id IN (SELECT id FROM join_links WHERE expires_at < now() - interval '7 days' LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1`,
      [limit],
    );
    return rows.length;
  }
}
