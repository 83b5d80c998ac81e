import { randomUUID } from 'node:crypto';
import type { UsageEntry } from '@countersign/resource-server';
import type { Operator } from './builders.js';
import { basic, call, type Answer, type Credential } from './requests.js';

export interface UsageDocument {
  hour: string | null;
  api_id: string | null;
  audience: string | null;
  org_id: string | null;
  principal: string | null;
  credential_id: string | null;
  grant_id: string | null;
  operation: string | null;
  scopes: string[] | null;
  result: string | null;
  calls: number;
  last_seen_at: string;
}

/** An API with a credential of its own, as the program of its guards has it. */
export interface ReportingApi {
  readonly id: string;
  readonly identifier: string;
  readonly credential: Credential;
}

export async function aReportingApi(operator: Operator, fields: Record<string, unknown> = {}): Promise<ReportingApi> {
  const { id, identifier } = await operator.anApi(fields);
  return { id, identifier, credential: await operator.create<Credential>(`/v1/apis/${id}/credentials`, {}) };
}

/** A minute of the recent past, `minutes` ago. */
export function minuteAgo(minutes: number): string {
  return new Date((Math.floor(Date.now() / 60_000) - minutes) * 60_000).toISOString();
}

export function anEntry(fields: Partial<UsageEntry> = {}): UsageEntry {
  return { minute: minuteAgo(1), operation: 'Things.list', scopes: ['read:things'], result: 'accepted', count: 1, ...fields };
}

/** A report, as a guard in any language would send it. */
export function sendReport(
  url: string,
  api: ReportingApi,
  entries: unknown,
  more: { report_id?: unknown; audience?: unknown; [field: string]: unknown } = {},
): Promise<Answer> {
  const body = { report_id: randomUUID(), audience: api.identifier, entries, ...more };
  return call('POST', `${url}/v1/usage-reports`, undefined, body, { authorization: basic(api.credential) });
}

export function callsOf(rows: readonly UsageDocument[]): number {
  return rows.reduce((calls, row) => calls + row.calls, 0);
}
