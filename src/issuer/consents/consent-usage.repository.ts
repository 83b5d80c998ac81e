import { Injectable } from '@nestjs/common';
import type { GrantOwner, GrantUse, OperationUse } from '../../directory/usage/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { mostUsedFirst, withOperations } from './operations-used.policy.js';

/** What an app did with a consent, as the guards of the API report it. */
export interface ConsentUse {
  /** Calls that were let in. */
  readonly calls: number;
  /** Calls that it was not enough for. */
  readonly denials: number;
  /** What the calls needed, once or often. */
  readonly scopes: readonly string[];
  /** Of calls that were let in; to the minute, as the next one. */
  readonly lastUsedAt: Date | undefined;
  readonly lastDeniedAt: Date | undefined;
  /** The most called first. */
  readonly operations: readonly OperationUse[];
}

/** What is true of a consent that no call has come for. */
export const NEVER_USED: ConsentUse = {
  calls: 0,
  denials: 0,
  scopes: [],
  lastUsedAt: undefined,
  lastDeniedAt: undefined,
  operations: [],
};

/** An operation as the column holds it. */
export interface OperationRow {
  readonly operation: string;
  readonly calls: number;
  readonly denials: number;
  readonly last_at: string;
}

interface UseRow {
  consent_id: string;
  calls: string;
  denials: string;
  scopes: string[];
  /** Of the last denial, where there were no calls. */
  last_used_at: Date;
  last_denied_at: Date | null;
  operations: OperationRow[];
}

const ADD_SUMS = `WITH held AS (SELECT id, org_id, app_id, scopes FROM consents WHERE id = ANY ($3) AND api_id = $1 ORDER BY id FOR KEY SHARE),
       added AS (
         INSERT INTO consent_usage (consent_id, org_id, calls, denials, scopes, last_used_at, last_denied_at)
         SELECT h.id, h.org_id, u.calls, u.denials, ARRAY(SELECT unnest(u.scopes) INTERSECT SELECT unnest(h.scopes)),
                COALESCE(u.last_used_at, u.last_denied_at), u.last_denied_at
           FROM held h JOIN jsonb_to_recordset($2::jsonb) AS u(id text, app_id text, calls bigint, denials bigint, scopes text[],
                last_used_at timestamptz, last_denied_at timestamptz) ON u.id = h.id AND u.app_id = h.app_id ORDER BY h.id
         ON CONFLICT (consent_id) DO UPDATE SET calls = consent_usage.calls + EXCLUDED.calls,
           denials = consent_usage.denials + EXCLUDED.denials,
           scopes = ARRAY(SELECT unnest(consent_usage.scopes) UNION SELECT unnest(EXCLUDED.scopes)),
           last_used_at = COALESCE(GREATEST(CASE WHEN consent_usage.calls > 0 THEN consent_usage.last_used_at END,
             CASE WHEN EXCLUDED.calls > 0 THEN EXCLUDED.last_used_at END), EXCLUDED.last_used_at),
           last_denied_at = GREATEST(consent_usage.last_denied_at, EXCLUDED.last_denied_at)
         RETURNING consent_id, operations)
  SELECT a.consent_id, a.operations, h.app_id FROM added a JOIN held h ON h.id = a.consent_id`;

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

  /**
   * Only of consents at this API, of this app, and scopes that they hold. They are locked in the order in which they are withdrawn.
   * The operations come second, when the rows are ours.
   */
  async add(tx: Transaction, apiId: string, uses: readonly GrantUse[]): Promise<void> {
    const known = await this.addSums(tx, apiId, uses);
    const added = uses.flatMap(({ grantId, clientId, operations }) => {
      const before = known.get(`${grantId} ${clientId}`);
      return before ? [{ id: grantId, operations: withOperations(before, operations).map(toRow) }] : [];
    });
    if (added.length === 0) return;
    await tx.manager.query(
      `UPDATE consent_usage SET operations = u.operations FROM jsonb_to_recordset($1::jsonb) AS u(id text, operations jsonb)
        WHERE consent_id = u.id`,
      [JSON.stringify(added)],
    );
  }

  /** Answers the operations so far, by consent and app; those that the API has no business with are missing. */
  private async addSums(tx: Transaction, apiId: string, uses: readonly GrantUse[]): Promise<ReadonlyMap<string, OperationUse[]>> {
    const values = uses.map(({ grantId: id, clientId: app_id, calls, denials, scopes, lastUsedAt, lastDeniedAt }) => ({
      id,
      app_id,
      calls,
      denials,
      scopes,
      last_used_at: lastUsedAt,
      last_denied_at: lastDeniedAt,
    }));
    const rows = await tx.manager.query<(Pick<UseRow, 'consent_id' | 'operations'> & { app_id: string })[]>(ADD_SUMS, [
      apiId,
      JSON.stringify(values),
      uses.map(({ grantId }) => grantId),
    ]);
    return new Map(rows.map(({ consent_id, app_id, operations }) => [`${consent_id} ${app_id}`, operations.map(toOperation)]));
  }

  /** By id of the consent; those that were never used are missing. */
  async find(tx: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, ConsentUse>> {
    const rows = await tx.manager.query<UseRow[]>(
      'SELECT consent_id, calls, denials, scopes, last_used_at, last_denied_at, operations FROM consent_usage WHERE consent_id = ANY ($1)',
      [ids],
    );
    return new Map(rows.map((row) => [row.consent_id, toUse(row)]));
  }
}

function toUse({ calls, denials, scopes, last_used_at, last_denied_at, operations }: UseRow): ConsentUse {
  return {
    calls: Number(calls),
    denials: Number(denials),
    scopes,
    lastUsedAt: Number(calls) > 0 ? last_used_at : undefined,
    lastDeniedAt: last_denied_at ?? undefined,
    operations: mostUsedFirst(operations.map(toOperation)),
  };
}

export function toOperation({ operation, calls, denials, last_at }: OperationRow): OperationUse {
  return { operation, calls: Number(calls), denials: Number(denials), lastAt: new Date(last_at) };
}

function toRow({ operation, calls, denials, lastAt }: OperationUse): OperationRow {
  return { operation, calls, denials, last_at: lastAt.toISOString() };
}
