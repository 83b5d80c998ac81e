import { Injectable } from '@nestjs/common';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';

export const REQUEST_STATES = ['open', 'approved', 'declined'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** Somebody would like to use an app that their organization does not admit yet. */
export interface AppRequest {
  /** `req_…` */
  readonly id: string;
  readonly orgId: string;
  readonly appId: string;
  readonly apiId: string;
  readonly scopes: readonly string[];
  readonly userId: string;
  readonly status: RequestState;
  readonly decidedBy: string | undefined;
  readonly createdAt: Date;
  readonly decidedAt: Date | undefined;
}

interface RequestRow {
  id: string;
  org_id: string;
  app_id: string;
  api_id: string;
  scopes: string[];
  user_id: string;
  status: RequestState;
  decided_by: string | null;
  created_at: Date;
  decided_at: Date | null;
}

@Injectable()
export class AppRequestsRepository {
  /** False where one is open already. */
  async insert(
    tx: Transaction,
    { id, orgId, appId, apiId, scopes, userId }: Pick<AppRequest, 'id' | 'orgId' | 'appId' | 'apiId' | 'scopes' | 'userId'>,
  ): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH made AS (INSERT INTO app_requests (id, org_id, app_id, api_id, scopes, user_id) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (org_id, app_id) WHERE status = 'open' DO NOTHING RETURNING 1) SELECT * FROM made`,
      [id, orgId, appId, apiId, scopes, userId],
    );
    return rows.length > 0;
  }

  /** Newest first. */
  async list(
    tx: Transaction,
    orgId: string,
    status: RequestState | undefined,
    after: string | undefined,
    limit: number,
  ): Promise<Page<AppRequest>> {
    const rows = await tx.manager.query<RequestRow[]>(
      `SELECT * FROM app_requests WHERE org_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [orgId, status ?? null, after ?? null, limit + 1],
    );
    return pageOf(rows.map(toRequest), limit, (request) => request.id);
  }

  /** Locks it until the transaction ends. */
  async findForUpdate(tx: Transaction, orgId: string, id: string): Promise<AppRequest | undefined> {
    const [row] = await tx.manager.query<RequestRow[]>('SELECT * FROM app_requests WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE', [
      orgId,
      id,
    ]);
    return row && toRequest(row);
  }

  async decide(tx: Transaction, id: string, status: RequestState, decidedBy: string): Promise<void> {
    await tx.manager.query('UPDATE app_requests SET status = $2, decided_by = $3, decided_at = now() WHERE id = $1', [
      id,
      status,
      decidedBy,
    ]);
  }
}

function toRequest(row: RequestRow): AppRequest {
  return {
    id: row.id,
    orgId: row.org_id,
    appId: row.app_id,
    apiId: row.api_id,
    scopes: row.scopes,
    userId: row.user_id,
    status: row.status,
    decidedBy: row.decided_by ?? undefined,
    createdAt: row.created_at,
    decidedAt: row.decided_at ?? undefined,
  };
}
