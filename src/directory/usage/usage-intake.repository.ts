import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import { keyOf, type UsageRollup } from './roll-up.policy.js';

/** What an API has used of a day. */
export interface UsageDay {
  readonly operations: readonly string[];
  /** Rows it has added. */
  readonly lines: number;
}

/** Days after which a report for that day is refused in any case, and one more. */
const DAYS_KEPT = 9;

/** Writes usage figures. */
@Injectable()
export class UsageIntakeRepository {
  /** Locks the API's day until the commit; undefined when the API is gone. */
  async lockDay(tx: Transaction, apiId: string, day: string): Promise<UsageDay | undefined> {
    // The API first, as its deletion does: the other way round the two would wait for each other.
    const [row] = await tx.manager.query<UsageDay[]>(
      `WITH api AS (SELECT id FROM api_resources WHERE id = $1 FOR KEY SHARE)
       INSERT INTO usage_days (api_id, day) SELECT id, $2 FROM api
       ON CONFLICT (api_id, day) DO UPDATE SET lines = usage_days.lines RETURNING operations, lines`,
      [apiId, day],
    );
    return row;
  }

  async saveDay(tx: Transaction, apiId: string, day: string, { operations, lines }: UsageDay): Promise<void> {
    await tx.manager.query('UPDATE usage_days SET operations = $3, lines = $4 WHERE api_id = $1 AND day = $2', [
      apiId,
      day,
      operations,
      lines,
    ]);
  }

  /** Keys of the rows that are there already. */
  async findStored(tx: Transaction, rows: readonly UsageRollup[]): Promise<ReadonlySet<string>> {
    const stored = await tx.manager.query<{ hour: Date; digest: string }[]>(
      `SELECT hour, encode(digest, 'hex') AS digest FROM usage_rollups
        WHERE (hour, digest) IN (SELECT hour, decode(digest, 'hex') FROM unnest($1::timestamptz[], $2::text[]) AS t(hour, digest))`,
      [rows.map(({ hour }) => hour), rows.map(({ digest }) => digest)],
    );
    return new Set(stored.map(keyOf));
  }

  /** Adds to the rows that are there, and makes the others. @param orgOf the organization of a row, if it has one. */
  async add(
    tx: Transaction,
    apiId: string,
    rows: readonly UsageRollup[],
    orgOf: (line: UsageRollup['line']) => string | undefined,
  ): Promise<void> {
    const values = rows.map(({ hour, digest, line, calls, lastSeenAt }) => ({
      hour,
      digest,
      org_id: orgOf(line),
      client_id: line.clientId,
      credential_id: line.credentialId,
      grant_id: line.grantId,
      operation: line.operation,
      scopes: line.scopes,
      result: line.result,
      calls,
      last_seen_at: lastSeenAt,
    }));
    await tx.manager.query(
      `INSERT INTO usage_rollups (hour, digest, api_id, org_id, client_id, credential_id, grant_id, operation, scopes, result, calls, last_seen_at)
       SELECT hour, decode(digest, 'hex'), $1, org_id, client_id, credential_id, grant_id, operation, scopes, result, calls, last_seen_at
         FROM jsonb_to_recordset($2::jsonb) AS r(hour timestamptz, digest text, org_id text, client_id text, credential_id text, grant_id text,
              operation text, scopes text[], result text, calls bigint, last_seen_at timestamptz)
       ON CONFLICT (hour, digest) DO UPDATE SET calls = usage_rollups.calls + EXCLUDED.calls,
         last_seen_at = GREATEST(usage_rollups.last_seen_at, EXCLUDED.last_seen_at), org_id = COALESCE(usage_rollups.org_id, EXCLUDED.org_id)`,
      [apiId, JSON.stringify(values)],
    );
  }

  /** Deletes figures that are older than so many days, and the days that no report can reach any more; answers how many rows. */
  async reap(tx: Transaction, retentionDays: number, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM usage_rollups WHERE (hour, digest) IN
              (SELECT hour, digest FROM usage_rollups WHERE hour < now() - make_interval(days => $1) ORDER BY hour LIMIT $2) RETURNING 1),
            past AS (DELETE FROM usage_days WHERE day < CURRENT_DATE - ${DAYS_KEPT})
       SELECT * FROM dead`,
      [retentionDays, limit],
    );
    return rows.length;
  }
}
