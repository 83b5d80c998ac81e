import { createHash, randomBytes } from 'node:crypto';
import { idFloor } from '../../src/platform/crypto/index.js';
import type { TestServer } from './countersign.js';

const HOUR_MS = 3_600_000;
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';

export interface TrafficClient {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly orgId: string | null;
}

/** A token that was asked for, as the audit log has it. */
export interface TokenEvent {
  readonly client: TrafficClient;
  readonly time: Date;
  readonly ip?: string;
  readonly audience: string;
  readonly scope: string;
  readonly refused?: boolean;
}

/** Calls of an hour, as guards have reported them. */
export interface HourOfCalls {
  readonly client: TrafficClient;
  readonly hour: Date;
  readonly apiId: string;
  readonly scopes: readonly string[];
  readonly result?: string;
  readonly calls: number;
}

/** Writes traffic of the past, as if it had been. */
export async function plantTokens(server: TestServer, events: readonly TokenEvent[]): Promise<void> {
  const rows = events.map(({ client, time, ip = '192.0.2.10', audience, scope, refused = false }) => ({
    id: `${idFloor('evt', time)}${[...randomBytes(16)].map((byte) => BASE32[byte % 32]).join('')}`,
    time,
    org_id: client.orgId,
    actor_type: client.type,
    actor_id: client.id,
    actor_name: client.name,
    action: refused ? 'token.refused' : 'token.issued',
    result: refused ? 'failure' : 'success',
    ip,
    details: { audience, scope },
  }));
  await server.sql(
    `INSERT INTO audit_events (id, time, org_id, actor_type, actor_id, actor_name, action, result, ip, details)
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(id text, time timestamptz, org_id text, actor_type text, actor_id text, actor_name text,
       action text, result text, ip text, details jsonb)`,
    [JSON.stringify(rows)],
  );
}

export async function plantCalls(server: TestServer, hours: readonly HourOfCalls[]): Promise<void> {
  const rows = hours.map(({ client, hour, apiId, scopes, result = 'accepted', calls }) => ({
    hour,
    digest: createHash('sha256')
      .update(JSON.stringify([client.id, client.orgId, apiId, scopes, result]))
      .digest('hex'),
    api_id: apiId,
    org_id: client.orgId,
    client_id: client.id,
    scopes,
    result,
    calls,
    last_seen_at: new Date(hour.getTime() + HOUR_MS / 2),
  }));
  await server.sql(
    `INSERT INTO usage_rollups (hour, digest, api_id, org_id, client_id, operation, scopes, result, calls, last_seen_at)
     SELECT hour, decode(digest, 'hex'), api_id, org_id, client_id, 'Things.call', scopes, result, calls, last_seen_at
       FROM jsonb_to_recordset($1::jsonb) AS r(hour timestamptz, digest text, api_id text, org_id text, client_id text, scopes text[], result text,
            calls bigint, last_seen_at timestamptz)
     ON CONFLICT (hour, digest) DO UPDATE SET calls = usage_rollups.calls + EXCLUDED.calls`,
    [JSON.stringify(rows)],
  );
}
