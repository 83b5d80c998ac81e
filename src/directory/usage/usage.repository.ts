import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';

export interface UsageFilter {
  readonly orgId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly apiIds: readonly string[];
  readonly scope?: string | undefined;
  readonly operation?: string | undefined;
  readonly result?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface UsageRow {
  readonly hour: Date;
  /** Hexadecimal. */
  readonly digest: string;
  readonly api_id: string;
  readonly org_id: string | null;
  readonly client_id: string | null;
  readonly credential_id: string | null;
  readonly grant_id: string | null;
  readonly operation: string;
  readonly scopes: readonly string[];
  readonly result: string;
  readonly calls: string;
  readonly last_seen_at: Date;
}

/** Calls that have one value of a dimension in common. */
export interface UsageSum {
  readonly value: string | null;
  readonly calls: string;
  readonly last_seen_at: Date;
  /** Tells values apart in a cursor: a digest, because values may hold anything. */
  readonly key: string;
}

/** What figures can be summed by, and the column of each. */
const DIMENSIONS = {
  principal: 'client_id',
  credential: 'credential_id',
  org: 'org_id',
  api: 'api_id',
  operation: 'operation',
  scope: 'scope',
  result: 'result',
} as const;
export type UsageDimension = keyof typeof DIMENSIONS;
export const USAGE_DIMENSIONS = Object.keys(DIMENSIONS) as UsageDimension[];

/** Reads usage figures. In a tenant transaction row security leaves those of the organization, whatever the filter says. */
@Injectable()
export class UsageRepository {
  /** Newest hour first. @param after hour and digest of the last row before. */
  list(tx: Transaction, filter: UsageFilter, after: readonly [string, string] | undefined, limit: number): Promise<UsageRow[]> {
    const { where, values } = conditions(filter);
    if (after) where.push(`(hour, digest) < ($${values.push(after[0])}::timestamptz, decode($${values.push(after[1])}, 'hex'))`);
    return tx.manager.query(
      `SELECT hour, encode(digest, 'hex') AS digest, api_id, org_id, client_id, credential_id, grant_id, operation, scopes, result, calls, last_seen_at
         FROM usage_rollups ${whereOf(where)} ORDER BY hour DESC, digest DESC LIMIT ${limit + 1}`,
      values,
    );
  }

  /** Most calls first. @param after calls and key of the last sum before. */
  sum(
    tx: Transaction,
    dimension: UsageDimension,
    filter: UsageFilter,
    { after, limit }: { after: readonly [string, string] | undefined; limit: number },
  ): Promise<UsageSum[]> {
    const { where, values } = conditions(filter);
    // A call that needs two scopes counts for both.
    const scopes = dimension === 'scope' ? 'LEFT JOIN LATERAL unnest(scopes) AS s(scope) ON true' : '';
    const past = after ? `WHERE (-calls, key) > (-$${values.push(after[0])}::numeric, $${values.push(after[1])})` : '';
    return tx.manager.query(
      `SELECT * FROM (SELECT ${DIMENSIONS[dimension]} AS value, sum(calls) AS calls, max(last_seen_at) AS last_seen_at,
                             encode(sha256(convert_to(COALESCE(${DIMENSIONS[dimension]}, ''), 'UTF8')), 'hex') COLLATE "C" AS key
                        FROM usage_rollups ${scopes} ${whereOf(where)} GROUP BY 1) AS sums
        ${past} ORDER BY calls DESC, key LIMIT ${limit + 1}`,
      values,
    );
  }
}

function conditions(filter: UsageFilter): { where: string[]; values: unknown[] } {
  const where: string[] = [];
  const values: unknown[] = [];
  const add = (sql: string, value: unknown): void => {
    if (value !== undefined) where.push(sql.replace('?', `$${values.push(value)}`));
  };
  add('org_id = ?', filter.orgId);
  add('client_id = ?', filter.clientId);
  for (const apiId of filter.apiIds) add('api_id = ?', apiId);
  add('? = ANY(scopes)', filter.scope);
  add('operation = ?', filter.operation);
  add('result = ?', filter.result);
  add('hour >= ?', filter.from);
  add('hour < ?', filter.to);
  return { where, values };
}

function whereOf(conditions: readonly string[]): string {
  return conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
}
