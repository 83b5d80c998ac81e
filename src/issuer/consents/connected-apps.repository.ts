import { Injectable } from '@nestjs/common';
import type { OperationUse } from '../../directory/usage/index.js';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import { toOperation, type OperationRow } from './consent-usage.repository.js';
import { MAX_OPERATIONS } from './operations-used.policy.js';

/** Per app, for its operations: a request reads no more of them, however many people allowed it. */
export const CONSENTS_LOOKED_AT = 250;

/** What the people of an organization allowed one app at one API. */
export interface ConnectedAccess {
  readonly apiId: string;
  /** Allowed by at least one person. */
  readonly scopes: readonly string[];
  /** Those of them that calls needed. */
  readonly scopesUsed: readonly string[];
}

/** An app that people of an organization allowed something. */
export interface ConnectedApp {
  readonly appId: string;
  readonly people: number;
  readonly access: readonly ConnectedAccess[];
  readonly firstAllowedAt: Date;
  readonly lastUsedAt: Date | undefined;
  readonly calls: number;
  readonly denials: number;
  readonly lastDeniedAt: Date | undefined;
  /** Of the consents used last; the most called first. */
  readonly operations: readonly OperationUse[];
}

interface AppRow {
  app_id: string;
  people: number;
  first_allowed_at: Date;
  last_used_at: Date | null;
  calls: string;
  denials: string;
  last_denied_at: Date | null;
}

interface AccessRow {
  app_id: string;
  api_id: string;
  scopes: string[];
  scopes_used: string[];
}

interface AppOperationRow extends OperationRow {
  app_id: string;
}

@Injectable()
export class ConnectedAppsRepository {
  /** Newest app first. */
  async list(tx: Transaction, orgId: string, after: string | undefined, limit: number): Promise<Page<ConnectedApp>> {
    const rows = await tx.manager.query<AppRow[]>(
      `SELECT c.app_id, count(DISTINCT c.user_id)::int AS people, min(c.created_at) AS first_allowed_at,
              max(u.last_used_at) FILTER (WHERE u.calls > 0) AS last_used_at, COALESCE(sum(u.calls), 0) AS calls,
              COALESCE(sum(u.denials), 0) AS denials, max(u.last_denied_at) AS last_denied_at
         FROM consents c LEFT JOIN consent_usage u ON u.consent_id = c.id
        WHERE c.org_id = $1 AND ($2::text IS NULL OR c.app_id < $2) GROUP BY c.app_id ORDER BY c.app_id DESC LIMIT $3`,
      [orgId, after ?? null, limit + 1],
    );
    const page = pageOf(rows, limit, (row) => row.app_id);
    const appIds = page.items.map((row) => row.app_id);
    const access = await this.accessOf(tx, orgId, appIds);
    const operations = await this.operationsOf(tx, orgId, appIds);
    return { ...page, items: page.items.map((row) => toConnectedApp(row, access, operations)) };
  }

  private accessOf(tx: Transaction, orgId: string, appIds: readonly string[]): Promise<AccessRow[]> {
    return tx.manager.query(
      `SELECT c.app_id, c.api_id, array_agg(DISTINCT s.scope ORDER BY s.scope) AS scopes,
              COALESCE(array_agg(DISTINCT s.scope ORDER BY s.scope) FILTER (WHERE s.scope = ANY (u.scopes)), '{}') AS scopes_used
         FROM consents c CROSS JOIN LATERAL unnest(c.scopes) AS s(scope) LEFT JOIN consent_usage u ON u.consent_id = c.id
        WHERE c.org_id = $1 AND c.app_id = ANY ($2) GROUP BY c.app_id, c.api_id ORDER BY c.app_id, c.api_id`,
      [orgId, appIds],
    );
  }

  /** Of the consents used last: there may be as many as people, each with as many operations. */
  private operationsOf(tx: Transaction, orgId: string, appIds: readonly string[]): Promise<AppOperationRow[]> {
    return tx.manager.query(
      `SELECT * FROM (
         SELECT app.id AS app_id, o.operation, sum(o.calls) AS calls, sum(o.denials) AS denials, max(o.last_at) AS last_at,
                row_number() OVER (PARTITION BY app.id ORDER BY sum(o.calls + o.denials) DESC, o.operation) AS place
           FROM unnest($2::text[]) AS app(id)
                CROSS JOIN LATERAL (
                  SELECT consent_id FROM consent_usage u JOIN consents c ON c.id = u.consent_id WHERE c.org_id = $1 AND c.app_id = app.id
                   ORDER BY GREATEST(u.last_used_at, u.last_denied_at) DESC, consent_id LIMIT ${CONSENTS_LOOKED_AT}) AS latest
                JOIN consent_usage USING (consent_id)
                CROSS JOIN LATERAL jsonb_to_recordset(operations) AS o(operation text, calls bigint, denials bigint, last_at timestamptz)
          GROUP BY app.id, o.operation) AS sums
        WHERE place <= ${MAX_OPERATIONS} ORDER BY app_id, place`,
      [orgId, appIds],
    );
  }
}

function toConnectedApp(
  { app_id: appId, people, first_allowed_at, last_used_at, calls, denials, last_denied_at }: AppRow,
  access: readonly AccessRow[],
  operations: readonly AppOperationRow[],
): ConnectedApp {
  return {
    appId,
    people,
    access: access
      .filter((row) => row.app_id === appId)
      .map(({ api_id: apiId, scopes, scopes_used: scopesUsed }) => ({ apiId, scopes, scopesUsed })),
    firstAllowedAt: first_allowed_at,
    lastUsedAt: last_used_at ?? undefined,
    calls: Number(calls),
    denials: Number(denials),
    lastDeniedAt: last_denied_at ?? undefined,
    operations: operations.filter((row) => row.app_id === appId).map(toOperation),
  };
}
