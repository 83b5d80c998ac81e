import { Injectable } from '@nestjs/common';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import type { Consent, ConsentKey } from './consent.js';

export interface ConsentRow {
  id: string;
  org_id: string;
  user_id: string;
  app_id: string;
  api_id: string;
  scopes: string[];
  redirect_uris: string[];
  app_fingerprint: string | null;
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
  async update(tx: Transaction, { id, scopes, redirectUris, appFingerprint, generation }: Consent): Promise<void> {
    await tx.manager.query(
      'UPDATE consents SET scopes = $2, redirect_uris = $3, app_fingerprint = $4, generation = $5, updated_at = now() WHERE id = $1',
      [id, scopes, redirectUris, appFingerprint ?? null, generation],
    );
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

  /** Until the transaction ends nobody redeems a code of one of them, and what is redeemed at this moment is redeemed before. */
  async lockAll(tx: Transaction, { userId, orgId }: { userId: string; orgId?: string }): Promise<Consent[]> {
    const rows = await tx.manager.query<ConsentRow[]>(
      'SELECT * FROM consents WHERE user_id = $1 AND ($2::text IS NULL OR org_id = $2) ORDER BY id FOR UPDATE',
      [userId, orgId ?? null],
    );
    return rows.map(toConsent);
  }

  /** Under the next handles, as they are afterwards. */
  async renewAll(tx: Transaction, ids: readonly string[]): Promise<Consent[]> {
    const rows = await tx.manager.query<ConsentRow[]>(
      `WITH renewed AS (UPDATE consents SET generation = generation + 1, updated_at = now() WHERE id = ANY ($1) RETURNING *) SELECT * FROM renewed`,
      [ids],
    );
    return rows.map(toConsent);
  }

  /** Codes and refresh tokens; what the person allowed stays. */
  async endGrants(tx: Transaction, ids: readonly string[]): Promise<void> {
    await tx.manager.query(
      'DELETE FROM authorization_codes WHERE (org_id, consent_id) IN (SELECT org_id, id FROM consents WHERE id = ANY ($1))',
      [ids],
    );
    await tx.manager.query('DELETE FROM device_codes WHERE (org_id, consent_id) IN (SELECT org_id, id FROM consents WHERE id = ANY ($1))', [
      ids,
    ]);
    await tx.manager.query(
      'DELETE FROM refresh_families WHERE (org_id, consent_id) IN (SELECT org_id, id FROM consents WHERE id = ANY ($1))',
      [ids],
    );
  }

  /** Codes and refresh tokens of everybody who allowed an app something; what they allowed stays. */
  async endGrantsOfApp(tx: Transaction, appId: string): Promise<void> {
    const ofApp = '(org_id, consent_id) IN (SELECT org_id, id FROM consents WHERE app_id = $1)';
    for (const table of ['authorization_codes', 'device_codes', 'refresh_families'])
      await tx.manager.query(`DELETE FROM ${table} WHERE ${ofApp}`, [appId]);
  }

  deleteOfMember(tx: Transaction, orgId: string, userId: string): Promise<Consent[]> {
    return this.deleteSome(tx, 'c.org_id = $1 AND c.user_id = $3', [orgId, null, userId]);
  }

  /** At most `limit` of them. */
  deleteOfApp(tx: Transaction, orgId: string, appId: string, limit: number): Promise<Consent[]> {
    return this.deleteSome(tx, 'c.org_id = $1 AND c.app_id = $3', [orgId, limit, appId]);
  }

  /** At most `limit` of those that were given to apps which the organization neither admits nor publishes. */
  deleteNotAdmitted(tx: Transaction, orgId: string, limit: number): Promise<Consent[]> {
    return this.deleteSome(
      tx,
      `c.org_id = $1 AND NOT EXISTS (SELECT FROM app_policies WHERE org_id = $1 AND mode = 'all')
         AND NOT EXISTS (SELECT FROM admitted_apps a WHERE a.org_id = $1 AND a.app_id = c.app_id)
         AND NOT EXISTS (SELECT FROM third_party_apps t WHERE t.publisher_org_id = $1 AND t.id = c.app_id)`,
      [orgId, limit],
    );
  }

  /** In the order of their ids, as everybody locks them. Codes and refresh tokens go with them. */
  private async deleteSome(tx: Transaction, where: string, values: readonly unknown[]): Promise<Consent[]> {
    const rows = await tx.manager.query<ConsentRow[]>(
      `WITH found AS MATERIALIZED (SELECT c.id FROM consents c WHERE ${where} ORDER BY c.id LIMIT $2 FOR UPDATE OF c),
            gone AS (DELETE FROM consents USING found WHERE consents.id = found.id RETURNING consents.*)
       SELECT * FROM gone`,
      [...values],
    );
    return rows.map(toConsent);
  }
}

export function toConsent(row: ConsentRow): Consent {
  return {
    id: row.id,
    orgId: row.org_id,
    userId: row.user_id,
    appId: row.app_id,
    apiId: row.api_id,
    scopes: row.scopes,
    redirectUris: row.redirect_uris,
    appFingerprint: row.app_fingerprint ?? undefined,
    generation: row.generation,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
