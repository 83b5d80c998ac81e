import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import { idFloor } from '../../platform/crypto/index.js';
import type { ClientHabits, ClientMemory, HourFigures, TimeSpan, WatchedClient } from './client-memory.js';
import { keyOf, type CallRow, type ReportingApi, type TokenRow } from './sightings.policy.js';

/** Clients that are looked at in one span, those with most denials and tokens or calls: what a round may cost is bounded. */
export const MAX_CLIENTS = 10_000;
const MAX_VALUES = 200;
/** A client that has done nothing for so long is forgotten. */
const DAYS_KEPT = 90;

/**
 * What guards refuse because of what the caller is or asks for. Not what belongs to a normal exchange, such as a nonce or a fresh
 * sign-in, nor what is a fault of the API.
 */
const DENIALS = ['invalid_request', 'invalid_token', 'invalid_dpop_proof', 'person_required', 'insufficient_scope'];

/** Summed before anything is sorted: a busy client asks for the same from the same place all the time. */
const TOKENS_BY_SOURCE = `
  SELECT CASE WHEN actor_type = 'microservice' THEN NULL ELSE org_id END AS org_id,
         CASE WHEN action = 'api_key.refused' THEN target_id ELSE actor_id END AS client_id,
         max(CASE WHEN action = 'api_key.refused' THEN target_name ELSE actor_name END) AS name,
         count(*) FILTER (WHERE action = 'token.issued') AS tokens,
         sum(CASE action WHEN 'token.issued' THEN 0 WHEN 'token.refused' THEN 1 ELSE COALESCE((details->>'count')::int, 1) END) AS refused,
         ip, (details->>'audience') || E'\\n' || (details->>'scope') AS scopes
    FROM audit_events
   WHERE id >= $1 AND id < $2 AND action IN ('token.issued', 'token.refused', 'api_key.refused')
   GROUP BY 1, 2, ip, scopes`;

/** A read model over the audit log and the usage figures, and what is remembered of clients. */
@Injectable()
export class WatchRepository {
  /** Up to when everything was looked at. */
  async doneUntil(tx: Transaction): Promise<Date | undefined> {
    const [row] = await tx.manager.query<{ done_until: Date }[]>(`SELECT done_until FROM watch_progress WHERE name = 'clients'`);
    return row?.done_until;
  }

  async saveDone(tx: Transaction, until: Date): Promise<void> {
    await tx.manager.query(
      `INSERT INTO watch_progress (name, done_until) VALUES ('clients', $1) ON CONFLICT (name) DO UPDATE SET done_until = EXCLUDED.done_until`,
      [until],
    );
  }

  /** A span of the primary key: what is older is not read. A client without an organization of its own is looked at in each that it acts for; one of our services is not. */
  tokens(tx: Transaction, { from, until }: TimeSpan): Promise<TokenRow[]> {
    return tx.manager.query(
      `SELECT * FROM (
         SELECT org_id, client_id, max(name) AS name, sum(tokens) AS tokens, sum(refused) AS refused,
                (array_agg(DISTINCT ip) FILTER (WHERE tokens > 0 AND ip IS NOT NULL))[1:${MAX_VALUES}] AS addresses,
                (array_agg(DISTINCT scopes) FILTER (WHERE tokens > 0 AND scopes IS NOT NULL))[1:${MAX_VALUES}] AS scopes
           FROM (${TOKENS_BY_SOURCE}) AS sources WHERE client_id IS NOT NULL GROUP BY org_id, client_id) AS clients
        WHERE org_id IS NULL OR EXISTS (SELECT 1 FROM orgs WHERE orgs.id = clients.org_id)
        ORDER BY refused DESC, tokens DESC LIMIT ${MAX_CLIENTS}`,
      [idFloor('evt', from), idFloor('evt', until)],
    );
  }

  calls(tx: Transaction, hour: Date): Promise<CallRow[]> {
    return tx.manager.query(
      `SELECT u.org_id, u.client_id, COALESCE(sum(u.calls) FILTER (WHERE u.result = 'accepted'), 0) AS calls,
              COALESCE(sum(u.calls) FILTER (WHERE u.result = ANY($2)), 0) AS refused,
              (array_agg(DISTINCT a.identifier || E'\\n' || array_to_string(u.scopes, ' ')) FILTER (WHERE u.result = 'accepted' AND cardinality(u.scopes) > 0))[1:${MAX_VALUES}] AS scopes
         FROM usage_rollups u JOIN api_resources a ON a.id = u.api_id
        WHERE u.hour = $1 AND u.client_id IS NOT NULL GROUP BY u.org_id, u.client_id
        ORDER BY refused DESC, calls DESC LIMIT ${MAX_CLIENTS}`,
      [hour, DENIALS],
    );
  }

  reportingApis(tx: Transaction): Promise<ReportingApi[]> {
    return tx.manager.query(
      `SELECT a.identifier AS audience, u.hour AS since FROM api_resources a
        CROSS JOIN LATERAL (SELECT hour FROM usage_rollups WHERE api_id = a.id ORDER BY hour LIMIT 1) u`,
    );
  }

  /** What is known of these clients, by `keyOf`. */
  async recall(tx: Transaction, clients: readonly WatchedClient[]): Promise<ReadonlyMap<string, ClientMemory>> {
    const rows = await tx.manager.query<HabitRow[]>(
      `SELECT h.client_id, h.org_id, h.client_name, h.first_seen_at, h.hour, h.figures, h.habits
         FROM unnest($1::text[], $2::text[]) AS asked(client_id, org_key) JOIN client_habits h USING (client_id, org_key)`,
      [clients.map(({ id }) => id), clients.map(({ orgId }) => orgId ?? '')],
    );
    return new Map(rows.map((row) => [keyOf(row), toMemory(row)]));
  }

  /** @param known what was recalled: habits that have not changed since are not written again. */
  async save(tx: Transaction, memories: readonly ClientMemory[], known: ReadonlyMap<string, ClientMemory>): Promise<void> {
    const rows = memories.map((memory) => toRow(memory, known));
    // From day to day, because the column is in an index: the other updates of a day then touch none.
    const keep = `date_trunc('day', r.hour) + make_interval(days => ${DAYS_KEPT + 1})`;
    await tx.manager.query(
      `UPDATE client_habits h SET client_name = r.client_name, hour = r.hour, figures = r.figures, habits = COALESCE(r.habits, h.habits), expires_at = ${keep}
         FROM jsonb_to_recordset($1::jsonb) AS ${RECORD} WHERE h.client_id = r.client_id AND h.org_key = COALESCE(r.org_id, '')`,
      [JSON.stringify(rows.filter(({ isKnown }) => isKnown))],
    );
    await tx.manager.query(
      `INSERT INTO client_habits (client_id, org_id, client_name, first_seen_at, hour, figures, habits, expires_at)
       SELECT client_id, org_id, client_name, first_seen_at, hour, figures, habits, ${keep} FROM jsonb_to_recordset($1::jsonb) AS ${RECORD}`,
      [JSON.stringify(rows.filter(({ isKnown }) => !isKnown))],
    );
  }

  /** Forgets clients that have long done nothing; answers how many. */
  async reap(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM client_habits WHERE (client_id, org_key) IN
         (SELECT client_id, org_key FROM client_habits WHERE expires_at < now() ORDER BY expires_at LIMIT $1) RETURNING 1) SELECT * FROM dead`,
      [limit],
    );
    return rows.length;
  }
}

const RECORD = 'r(client_id text, org_id text, client_name text, first_seen_at timestamptz, hour timestamptz, figures jsonb, habits jsonb)';

interface HabitRow {
  client_id: string;
  org_id: string | null;
  client_name: string | null;
  first_seen_at: Date;
  hour: Date;
  figures: HourFigures;
  habits: ClientHabits;
}

function toMemory({ client_id: id, org_id, client_name, first_seen_at: firstSeenAt, hour, figures, habits }: HabitRow): ClientMemory {
  return { client: { id, orgId: org_id ?? undefined, name: client_name ?? undefined }, firstSeenAt, hour, figures, habits };
}

function toRow(
  { client, firstSeenAt, hour, figures, habits }: ClientMemory,
  known: ReadonlyMap<string, ClientMemory>,
): Record<string, unknown> & { isKnown: boolean } {
  const { id: client_id, orgId, name } = client;
  const org_id = orgId ?? null;
  const before = known.get(keyOf({ client_id, org_id }));
  return {
    isKnown: before !== undefined,
    client_id,
    org_id,
    client_name: name,
    first_seen_at: firstSeenAt,
    hour,
    figures,
    ...(before?.habits !== habits && { habits }),
  };
}
