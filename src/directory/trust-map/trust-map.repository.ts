import { Injectable } from '@nestjs/common';
import type { OrgMode, Zone } from '@countersign/oauth';
import type { Transaction } from '../../platform/database/index.js';
import type { ApiFact, LastUseFact, PolicyFact, RefusalFact, ServiceFact, UsageFact } from './trust-facts.js';

export interface TimeSpan {
  readonly from: Date;
  readonly to: Date;
}

/** Refusals of one service that are looked at, the newest: one that asks in a loop costs no more than this. */
export const MAX_REFUSALS_PER_SERVICE = 10_000;

/** Reads what the trust map compares. A read model over tables of several modules: nothing is written here. */
@Injectable()
export class TrustMapRepository {
  async services(tx: Transaction, limit: number): Promise<ServiceFact[]> {
    const rows = await tx.manager.query<{ id: string; name: string; status: string }[]>(
      'SELECT id, name, status FROM microservices ORDER BY id LIMIT $1',
      [limit],
    );
    return rows.map(({ id, name, status }) => ({ id, name, active: status === 'active' }));
  }

  /** Internal ones, and the public ones by which tenants' calls come in. */
  async apis(tx: Transaction, limit: number): Promise<ApiFact[]> {
    const rows = await tx.manager.query<{ id: string; identifier: string; zone: Zone; status: string; served_by: string[] }[]>(
      `SELECT id, identifier, zone, status, served_by FROM api_resources WHERE zone = 'internal' OR cardinality(served_by) > 0 ORDER BY id LIMIT $1`,
      [limit],
    );
    return rows.map(({ id, identifier, zone, status, served_by: servedBy }) => ({
      id,
      identifier,
      zone,
      active: status === 'active',
      servedBy,
    }));
  }

  async policies(tx: Transaction, limit: number): Promise<PolicyFact[]> {
    const rows = await tx.manager.query<PolicyRow[]>(
      'SELECT id, caller_id, target_api_id, scopes, org_mode, created_at FROM call_policies ORDER BY id LIMIT $1',
      [limit],
    );
    return rows.map(({ id, caller_id: callerId, target_api_id: apiId, scopes, org_mode: orgMode, created_at: createdAt }) => ({
      id,
      callerId,
      apiId,
      scopes,
      orgMode,
      createdAt,
    }));
  }

  /** Most calls first. */
  async usage(tx: Transaction, apiIds: readonly string[], { from, to }: TimeSpan, limit: number): Promise<UsageFact[]> {
    const rows = await tx.manager.query<UsageRow[]>(
      `SELECT client_id, api_id, operation, scopes, result, sum(calls) AS calls, max(last_seen_at) AS last_seen_at
         FROM usage_rollups WHERE api_id = ANY($1) AND hour >= $2 AND hour < $3
        GROUP BY client_id, api_id, operation, scopes, result ORDER BY sum(calls) DESC LIMIT $4`,
      [apiIds, from, to, limit],
    );
    return rows.map(({ client_id: clientId, api_id: apiId, operation, scopes, result, calls, last_seen_at: lastSeenAt }) => ({
      clientId,
      apiId,
      operation,
      scopes,
      result,
      calls: Number(calls),
      lastSeenAt,
    }));
  }

  /** The last accepted calls before a moment, for clients that have called little since. */
  async lastUses(tx: Transaction, clientIds: readonly string[], before: Date, limit: number): Promise<LastUseFact[]> {
    const rows = await tx.manager.query<{ client_id: string; api_id: string; scope: string | null; last_seen_at: Date }[]>(
      `SELECT client_id, api_id, scope, max(last_seen_at) AS last_seen_at
         FROM usage_rollups LEFT JOIN LATERAL unnest(scopes) AS s(scope) ON true
        WHERE client_id = ANY($1) AND hour < $2 AND result = 'accepted' GROUP BY client_id, api_id, scope LIMIT $3`,
      [clientIds, before, limit],
    );
    return rows.map(({ client_id: clientId, api_id: apiId, scope, last_seen_at: lastSeenAt }) => ({ clientId, apiId, scope, lastSeenAt }));
  }

  /** By service, so that a noisy one hides no other. */
  async refusals(tx: Transaction, { from, to }: TimeSpan, limit: number): Promise<RefusalFact[]> {
    const rows = await tx.manager.query<RefusalRow[]>(
      `SELECT m.id AS caller_id, r.target_id, r.scope, r.reason_code, count(*) AS count, max(r.time) AS last_seen_at,
              (sum(count(*)) OVER (PARTITION BY m.id)) >= $3 AS is_cut
         FROM microservices m CROSS JOIN LATERAL (
              SELECT CASE WHEN target_type = 'api' THEN target_id END AS target_id, details->>'scope' AS scope, reason_code, time FROM audit_events
               WHERE actor_id = m.id AND action = 'token.refused' AND actor_type = 'microservice' AND time >= $1 AND time < $2
               ORDER BY time DESC LIMIT $3) r
        GROUP BY m.id, r.target_id, r.scope, r.reason_code ORDER BY max(r.time) DESC LIMIT $4`,
      [from, to, MAX_REFUSALS_PER_SERVICE, limit],
    );
    return rows.map((row) => ({
      callerId: row.caller_id,
      apiId: row.target_id,
      scope: row.scope,
      reason: row.reason_code ?? 'unknown',
      count: Number(row.count),
      lastSeenAt: row.last_seen_at,
      isCut: row.is_cut,
    }));
  }
}

interface PolicyRow {
  id: string;
  caller_id: string;
  target_api_id: string;
  scopes: string[];
  org_mode: OrgMode;
  created_at: Date;
}

interface UsageRow {
  client_id: string | null;
  api_id: string;
  operation: string;
  scopes: string[];
  result: string;
  calls: string;
  last_seen_at: Date;
}

interface RefusalRow {
  caller_id: string;
  target_id: string | null;
  scope: string | null;
  reason_code: string | null;
  count: string;
  last_seen_at: Date;
  is_cut: boolean;
}
