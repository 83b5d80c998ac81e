import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';

export interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly auth_time: Date;
  readonly amr: string[];
  readonly acr: string;
  readonly provider_id: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly created_at: Date;
  readonly last_used_at: Date;
  readonly expires_at: Date;
}

export interface CurrentSessionRow extends SessionRow {
  readonly email: string;
  readonly name: string;
  /** It was not noted as used for a while. */
  readonly is_stale: boolean;
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly digest: Buffer;
  readonly pepperVersion: string;
  readonly authTime: Date;
  readonly amr: readonly string[];
  readonly acr: string;
  readonly providerId: string | undefined;
  readonly ip: string | undefined;
  readonly userAgent: string | undefined;
}

export interface SessionLimits {
  readonly idleSeconds: number;
  readonly lifetimeSeconds: number;
}

const NOTED_EVERY = '1 minute';
const COLUMNS = 's.id, s.user_id, s.auth_time, s.amr, s.acr, s.provider_id, s.ip, s.user_agent, s.created_at, s.last_used_at, s.expires_at';
// A provider that has become another client ends the sessions that began with it.
const LIVE = 's.expires_at > now() AND (p.id IS NULL OR s.created_at > p.client_since)';

@Injectable()
export class SessionsRepository {
  async insert(tx: Transaction, session: NewSession, { idleSeconds, lifetimeSeconds }: SessionLimits): Promise<void> {
    const { id, userId, digest, pepperVersion, authTime, amr, acr, providerId, ip, userAgent } = session;
    await tx.manager.query(
      `INSERT INTO sessions (id, user_id, digest, pepper_version, auth_time, amr, acr, provider_id, ip, user_agent, expires_at, ends_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
               now() + make_interval(secs => LEAST($11::int, $12::int)), now() + make_interval(secs => $12::int))`,
      [
        id,
        userId,
        digest,
        pepperVersion,
        authTime,
        amr,
        acr,
        providerId ?? null,
        ip ?? null,
        userAgent ?? null,
        idleSeconds,
        lifetimeSeconds,
      ],
    );
  }

  /** The live session of a user who may sign in, and by the provider by which they did. */
  async findCurrent(tx: Transaction, digests: readonly Buffer[]): Promise<CurrentSessionRow | undefined> {
    const [row] = await tx.manager.query<CurrentSessionRow[]>(
      `SELECT ${COLUMNS}, u.email, u.name, s.last_used_at < now() - interval '${NOTED_EVERY}' AS is_stale
         FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN identity_providers p ON p.id = s.provider_id
        WHERE s.digest = ANY($1) AND ${LIVE} AND u.status = 'active' AND COALESCE(p.status, 'active') = 'active'`,
      [digests],
    );
    return row;
  }

  async noteUse(tx: Transaction, id: string, idleSeconds: number): Promise<void> {
    await tx.manager.query(
      'UPDATE sessions SET last_used_at = now(), expires_at = LEAST(ends_at, now() + make_interval(secs => $2::int)) WHERE id = $1',
      [id, idleSeconds],
    );
  }

  /** Newest first. */
  list(tx: Transaction, userId: string): Promise<SessionRow[]> {
    return tx.manager.query(
      `SELECT ${COLUMNS} FROM sessions s LEFT JOIN identity_providers p ON p.id = s.provider_id
        WHERE s.user_id = $1 AND ${LIVE} ORDER BY s.id DESC`,
      [userId],
    );
  }

  async delete(tx: Transaction, userId: string, id: string): Promise<boolean> {
    const [rows] = await tx.manager.query<[unknown[], number]>('DELETE FROM sessions WHERE user_id = $1 AND id = $2 RETURNING 1', [
      userId,
      id,
    ]);
    return rows.length > 0;
  }

  /** The session that a browser gives up. */
  async deleteByDigest(tx: Transaction, digests: readonly Buffer[]): Promise<{ id: string; user_id: string } | undefined> {
    const [[row]] = await tx.manager.query<[{ id: string; user_id: string }[], number]>(
      'DELETE FROM sessions WHERE digest = ANY($1) RETURNING id, user_id',
      [digests],
    );
    return row;
  }

  /** @param exceptId stays */
  async exists(tx: Transaction, id: string): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>('SELECT 1 FROM sessions WHERE id = $1', [id]);
    return rows.length > 0;
  }

  async deleteOfUser(tx: Transaction, userId: string, exceptId?: string): Promise<number> {
    const [rows] = await tx.manager.query<[unknown[], number]>(
      'DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2 RETURNING 1',
      [userId, exceptId ?? null],
    );
    return rows.length;
  }

  /** Those beyond the newest ones. */
  async deleteOldest(tx: Transaction, userId: string, kept: number): Promise<void> {
    await tx.manager.query('DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = $1 ORDER BY id DESC OFFSET $2)', [
      userId,
      kept,
    ]);
  }

  async reap(tx: Transaction, limit: number): Promise<number> {
    const [rows] = await tx.manager.query<[unknown[], number]>(
      'DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1',
      [limit],
    );
    return rows.length;
  }
}
