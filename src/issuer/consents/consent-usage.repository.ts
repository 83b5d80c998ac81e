import { Injectable } from '@nestjs/common';
import type { GrantOwner, GrantUse } from '../../directory/usage/index.js';
import type { Transaction } from '../../platform/database/index.js';

/** What an app did with a consent, as the guards of the API report it. */
export interface ConsentUse {
  /** Calls that were let in. */
  readonly calls: number;
  /** What they needed, once or often. */
  readonly scopes: readonly string[];
  /** To the minute. */
  readonly lastUsedAt: Date;
}

@Injectable()
export class ConsentUsageRepository {
  /** Holds their organizations until the transaction ends: whoever counts for them would otherwise stumble over a deletion. */
  async ownersOf(tx: Transaction, apiId: string, ids: readonly string[]): Promise<GrantOwner[]> {
    const rows = await tx.manager.query<{ id: string; app_id: string; org_id: string }[]>(
      `SELECT c.id, c.app_id, c.org_id FROM consents c JOIN orgs o ON o.id = c.org_id
        WHERE c.id = ANY ($1) AND c.api_id = $2 FOR KEY SHARE OF o`,
      [ids, apiId],
    );
    return rows.map(({ id, app_id: clientId, org_id: orgId }) => ({ grantId: id, clientId, orgId }));
  }

  /** Only of consents at this API, of this app, and scopes that they hold. They are locked in the order in which they are withdrawn. */
  async add(tx: Transaction, apiId: string, uses: readonly GrantUse[]): Promise<void> {
    const values = uses.map(({ grantId: id, clientId: app_id, calls, scopes, lastUsedAt: last_used_at }) => ({
      id,
      app_id,
      calls,
      scopes,
      last_used_at,
    }));
    await tx.manager.query(
      `WITH held AS (SELECT id, org_id, app_id, scopes FROM consents WHERE id = ANY ($3) AND api_id = $1 ORDER BY id FOR KEY SHARE)
       INSERT INTO consent_usage (consent_id, org_id, calls, scopes, last_used_at)
       SELECT h.id, h.org_id, u.calls, ARRAY(SELECT unnest(u.scopes) INTERSECT SELECT unnest(h.scopes)), u.last_used_at
         FROM held h JOIN jsonb_to_recordset($2::jsonb) AS u(id text, app_id text, calls bigint, scopes text[], last_used_at timestamptz)
              ON u.id = h.id AND u.app_id = h.app_id ORDER BY h.id
       ON CONFLICT (consent_id) DO UPDATE SET calls = consent_usage.calls + EXCLUDED.calls,
         scopes = ARRAY(SELECT unnest(consent_usage.scopes) UNION SELECT unnest(EXCLUDED.scopes)),
         last_used_at = GREATEST(consent_usage.last_used_at, EXCLUDED.last_used_at)`,
      [apiId, JSON.stringify(values), uses.map(({ grantId }) => grantId)],
    );
  }

  /** By id of the consent; those that were never used are missing. */
  async find(tx: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, ConsentUse>> {
    const rows = await tx.manager.query<{ consent_id: string; calls: string; scopes: string[]; last_used_at: Date }[]>(
      'SELECT consent_id, calls, scopes, last_used_at FROM consent_usage WHERE consent_id = ANY ($1)',
      [ids],
    );
    return new Map(
      rows.map(({ consent_id, calls, scopes, last_used_at }) => [consent_id, { calls: Number(calls), scopes, lastUsedAt: last_used_at }]),
    );
  }
}
