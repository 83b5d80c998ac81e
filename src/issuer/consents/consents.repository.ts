import { Injectable } from '@nestjs/common';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import type { Consent, ConsentKey } from './consent.js';

interface ConsentRow {
  id: string;
  org_id: string;
  user_id: string;
  app_id: string;
  api_id: string;
  scopes: string[];
  redirect_uris: string[];
  generation: number;
  created_at: Date;
  updated_at: Date;
}

/** Left out: any. */
export interface ConsentFilter {
  readonly orgId?: string | undefined;
  readonly userId?: string | undefined;
  readonly appId?: string | undefined;
}

/** Row-level security of the transaction decides whose consents there are. */
@Injectable()
export class ConsentsRepository {
  async find(tx: Transaction, { orgId, userId, appId, apiId }: ConsentKey): Promise<Consent | undefined> {
    const [row] = await tx.manager.query<ConsentRow[]>(
      'SELECT * FROM consents WHERE org_id = $1 AND user_id = $2 AND app_id = $3 AND api_id = $4',
      [orgId, userId, appId, apiId],
    );
    return row && toConsent(row);
  }

  async findById(tx: Transaction, id: string): Promise<Consent | undefined> {
    const [row] = await tx.manager.query<ConsentRow[]>('SELECT * FROM consents WHERE id = $1', [id]);
    return row && toConsent(row);
  }

  /** Locks it until the transaction ends. */
  async findForUpdate(tx: Transaction, id: string): Promise<Consent | undefined> {
    const [row] = await tx.manager.query<ConsentRow[]>('SELECT * FROM consents WHERE id = $1 FOR NO KEY UPDATE', [id]);
    return row && toConsent(row);
  }

  /** Makes it, or finds the one there is and locks it: two answers of one person come one after the other. */
  async claim(tx: Transaction, { id, orgId, userId, appId, apiId }: ConsentKey & { id: string }): Promise<Consent> {
    const [row] = await tx.manager.query<ConsentRow[]>(
      `INSERT INTO consents (id, org_id, user_id, app_id, api_id, scopes, redirect_uris) VALUES ($1, $2, $3, $4, $5, '{}', '{}')
       ON CONFLICT (user_id, app_id, org_id, api_id) DO UPDATE SET updated_at = now() RETURNING *`,
      [id, orgId, userId, appId, apiId],
    );
    if (!row) throw new Error('The consent was neither made nor found.');
    return toConsent(row);
  }

  /** Of one that is locked. */
  async update(tx: Transaction, { id, scopes, redirectUris, generation }: Consent): Promise<void> {
    await tx.manager.query('UPDATE consents SET scopes = $2, redirect_uris = $3, generation = $4, updated_at = now() WHERE id = $1', [
      id,
      scopes,
      redirectUris,
      generation,
    ]);
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.query('DELETE FROM consents WHERE id = $1', [id]);
  }

  /** Newest first. */
  async list(tx: Transaction, filter: ConsentFilter, after: string | undefined, limit: number): Promise<Page<Consent>> {
    const rows = await tx.manager.query<ConsentRow[]>(
      `SELECT * FROM consents WHERE ($1::text IS NULL OR org_id = $1) AND ($2::text IS NULL OR user_id = $2) AND ($3::text IS NULL OR app_id = $3)
         AND ($4::text IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
      [filter.orgId ?? null, filter.userId ?? null, filter.appId ?? null, after ?? null, limit + 1],
    );
    return pageOf(rows.map(toConsent), limit, (consent) => consent.id);
  }

  async listAll(tx: Transaction, filter: ConsentFilter): Promise<Consent[]> {
    const rows = await tx.manager.query<ConsentRow[]>(
      `SELECT * FROM consents WHERE ($1::text IS NULL OR org_id = $1) AND ($2::text IS NULL OR user_id = $2) AND ($3::text IS NULL OR app_id = $3) ORDER BY id FOR NO KEY UPDATE`,
      [filter.orgId ?? null, filter.userId ?? null, filter.appId ?? null],
    );
    return rows.map(toConsent);
  }

  async listUnlisted(tx: Transaction, orgId: string, listed: readonly string[]): Promise<Consent[]> {
    const rows = await tx.manager.query<ConsentRow[]>(
      `SELECT * FROM consents WHERE org_id = $1 AND app_id <> ALL ($2::text[])
          AND app_id NOT IN (SELECT id FROM third_party_apps WHERE publisher_org_id = $1) ORDER BY id FOR NO KEY UPDATE`,
      [orgId, listed],
    );
    return rows.map(toConsent);
  }
}

function toConsent(row: ConsentRow): Consent {
  return {
    id: row.id,
    orgId: row.org_id,
    userId: row.user_id,
    appId: row.app_id,
    apiId: row.api_id,
    scopes: row.scopes,
    redirectUris: row.redirect_uris,
    generation: row.generation,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
