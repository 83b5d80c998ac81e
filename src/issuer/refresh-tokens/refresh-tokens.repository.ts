import { Injectable } from '@nestjs/common';
import type { Confirmation } from '@countersign/oauth';
import { columnsOf, type Transaction } from '../../platform/database/index.js';
import type { PresentedFamily, RefreshFamily } from './refresh-family.js';

interface FamilyRow {
  id: string;
  org_id: string;
  consent_id: string;
  client_id: string;
  user_id: string;
  api_id: string;
  scopes: string[];
  auth_time: Date;
  acr: string;
  amr: string[];
  session_id: string | null;
  cnf: Confirmation | null;
  created_at: Date;
  refreshed_at: Date;
  ip: string | null;
  idle_until: Date;
  ends_at: Date;
}

export interface NewFamily extends Omit<RefreshFamily, 'createdAt' | 'refreshedAt'> {
  readonly keyDigest: Buffer;
  readonly tokenDigest: Buffer;
  readonly expiresAt: Date;
}

/** One step of a family. */
export interface Rotation {
  readonly familyId: string;
  /** What the presented token may be stored as. */
  readonly presented: readonly Buffer[];
  /** What it is stored as with its answer. */
  readonly answered: Buffer;
  readonly next: Buffer;
  readonly sealedAnswer: Buffer;
  readonly ip: string;
  readonly idleUntil: Date;
  readonly expiresAt: Date;
  readonly retrySeconds: number;
}

const COLUMNS = columnsOf<FamilyRow>(
  {
    id: true,
    org_id: true,
    consent_id: true,
    client_id: true,
    user_id: true,
    api_id: true,
    scopes: true,
    auth_time: true,
    acr: true,
    amr: true,
    session_id: true,
    cnf: true,
    created_at: true,
    refreshed_at: true,
    ip: true,
    idle_until: true,
    ends_at: true,
  },
  'f',
);

@Injectable()
export class RefreshTokensRepository {
  async insert(tx: Transaction, family: NewFamily): Promise<void> {
    const { authTime, acr, amr } = family.authentication;
    await tx.manager.query(
      `INSERT INTO refresh_families (id, key_digest, token_digest, org_id, consent_id, client_id, user_id, api_id, scopes, auth_time, acr, amr, cnf, ip, idle_until, ends_at, expires_at, session_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10), $11, $12, $13, $14, $15, $16, $17, $18)`,
      [
        family.id,
        family.keyDigest,
        family.tokenDigest,
        family.orgId,
        family.consentId,
        family.clientId,
        family.userId,
        family.apiId,
        family.scopes,
        authTime,
        acr,
        amr,
        family.cnf ? JSON.stringify(family.cnf) : null,
        family.ip ?? null,
        family.idleUntil,
        family.endsAt,
        family.expiresAt,
        family.sessionId ?? null,
      ],
    );
  }

  /** In one statement, so that family and answer are of the same moment. */
  async find(tx: Transaction, keys: readonly Buffer[], tokens: readonly Buffer[]): Promise<PresentedFamily | undefined> {
    const [row] = await tx.manager.query<(FamilyRow & { is_current: boolean; sealed_answer: Buffer | null })[]>(
      `SELECT ${COLUMNS}, f.token_digest = ANY ($2) AS is_current,
              (SELECT a.sealed_answer FROM refresh_answers a WHERE a.family_id = f.id AND a.token_digest = ANY ($2) AND a.expires_at > now() LIMIT 1) AS sealed_answer
         FROM refresh_families f WHERE f.key_digest = ANY ($1)`,
      [keys, tokens],
    );
    return row && { family: toFamily(row), isCurrent: row.is_current, sealedAnswer: row.sealed_answer ?? undefined };
  }

  /** False where the presented token is not the present one any more; then whoever was faster has left an answer. */
  async rotate(tx: Transaction, rotation: Rotation): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH turned AS (UPDATE refresh_families SET token_digest = $3, refreshed_at = now(), idle_until = $4, expires_at = $5, ip = $6
                        WHERE id = $1 AND token_digest = ANY ($2) RETURNING id),
            kept AS (INSERT INTO refresh_answers (token_digest, family_id, sealed_answer, expires_at)
                     SELECT $7, id, $8, now() + make_interval(secs => $9) FROM turned)
       SELECT id FROM turned`,
      [
        rotation.familyId,
        rotation.presented,
        rotation.next,
        rotation.idleUntil,
        rotation.expiresAt,
        rotation.ip,
        rotation.answered,
        rotation.sealedAnswer,
        rotation.retrySeconds,
      ],
    );
    return rows.length > 0;
  }

  /** False where it is gone already. Its answers go with it. */
  async delete(tx: Transaction, familyId: string): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH gone AS (DELETE FROM refresh_families WHERE id = $1 RETURNING 1) SELECT * FROM gone`,
      [familyId],
    );
    return rows.length > 0;
  }

  /** Those that can still be refreshed; the last refreshed one first. */
  async listOfUser(tx: Transaction, userId: string, limit: number): Promise<RefreshFamily[]> {
    const rows = await tx.manager.query<FamilyRow[]>(
      'SELECT * FROM refresh_families WHERE user_id = $1 AND idle_until > now() AND ends_at > now() ORDER BY refreshed_at DESC LIMIT $2',
      [userId, limit],
    );
    return rows.map(toFamily);
  }

  async reapFamilies(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM refresh_families WHERE id IN
         (SELECT id FROM refresh_families WHERE expires_at < now() ORDER BY expires_at LIMIT $1) RETURNING 1) SELECT * FROM dead`,
      [limit],
    );
    return rows.length;
  }

  async reapAnswers(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM refresh_answers WHERE token_digest IN
         (SELECT token_digest FROM refresh_answers WHERE expires_at < now() ORDER BY expires_at LIMIT $1) RETURNING 1) SELECT * FROM dead`,
      [limit],
    );
    return rows.length;
  }
}

function toFamily(row: FamilyRow): RefreshFamily {
  return {
    id: row.id,
    orgId: row.org_id,
    consentId: row.consent_id,
    clientId: row.client_id,
    userId: row.user_id,
    apiId: row.api_id,
    scopes: row.scopes,
    authentication: { authTime: Math.floor(row.auth_time.getTime() / 1000), acr: row.acr, amr: row.amr },
    sessionId: row.session_id ?? undefined,
    cnf: row.cnf ?? undefined,
    createdAt: row.created_at,
    refreshedAt: row.refreshed_at,
    ip: row.ip ?? undefined,
    idleUntil: row.idle_until,
    endsAt: row.ends_at,
  };
}
