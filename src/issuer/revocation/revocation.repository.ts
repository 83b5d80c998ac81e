import { Injectable } from '@nestjs/common';
import type { RevocationEntry, RevocationKind } from '@countersign/resource-server';
import type { Transaction } from '../../platform/database/index.js';

/** Guards allow clocks to differ, so an entry counts a while longer than the last token it can concern. */
const RETENTION = `interval '2 minutes'`;

/** Any fixed number: held until commit, so that numbers become visible in their order. */
const NUMBERING_LOCK = 7_262_913;

/**
 * Tokens issued this much later die too: another replica may have read the client just before the change, or hear of it a
 * moment later, and sign in between. `Changes.isCurrent` keeps that moment shorter than this.
 */
const PROPAGATION_SECONDS = 3;

export interface NewRevocation {
  readonly kind: RevocationKind;
  readonly value: string;
  readonly orgId: string | undefined;
  readonly expiresAt: Date;
}

@Injectable()
export class RevocationRepository {
  async insert(tx: Transaction, revocations: readonly NewRevocation[]): Promise<void> {
    await tx.manager.query('SELECT pg_advisory_xact_lock($1)', [NUMBERING_LOCK]);
    // clock_timestamp: a token issued while this transaction waited for the lock must die too.
    await tx.manager.query(
      `INSERT INTO revocations (kind, value, org_id, revoked_at, expires_at)
       SELECT kind, value, org_id, clock_timestamp() + make_interval(secs => $5), expires_at
         FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS r(kind, value, org_id, expires_at)`,
      [
        revocations.map(({ kind }) => kind),
        revocations.map(({ value }) => value),
        revocations.map(({ orgId }) => orgId ?? null),
        revocations.map(({ expiresAt }) => expiresAt),
        PROPAGATION_SECONDS,
      ],
    );
  }

  /** Live entries after `seq`, in order. */
  async listAfter(tx: Transaction, seq: number): Promise<RevocationEntry[]> {
    const rows = await tx.manager.query<{ seq: string; kind: RevocationKind; value: string; revoked_at: Date; expires_at: Date }[]>(
      `SELECT seq, kind, value, revoked_at, expires_at FROM revocations WHERE seq > $1 AND expires_at > now() - ${RETENTION} ORDER BY seq`,
      [seq],
    );
    return rows.map(({ seq: number, kind, value, revoked_at, expires_at }) => ({
      seq: Number(number),
      kind,
      value,
      revokedAt: Math.floor(revoked_at.getTime() / 1000),
      expiresAt: Math.ceil(expires_at.getTime() / 1000),
    }));
  }

  async reap(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM revocations WHERE seq IN
         (SELECT seq FROM revocations WHERE expires_at < now() - ${RETENTION} ORDER BY expires_at LIMIT $1) RETURNING 1) SELECT * FROM dead`,
      [limit],
    );
    return rows.length;
  }
}
