import { createHash } from 'node:crypto';
import { OTHER, type UsageLine } from './usage-line.js';

const HOUR_MS = 3_600_000;

/** Calls of one kind in one hour: a row. */
export interface UsageRollup {
  readonly hour: Date;
  /** Of the API and every dimension; with the hour it is the key. */
  readonly digest: string;
  readonly line: Omit<UsageLine, 'minute' | 'calls'>;
  readonly calls: number;
  readonly lastSeenAt: Date;
}

/** The day of a minute in UTC, `YYYY-MM-DD`. */
export function dayOf({ minute }: UsageLine): string {
  return minute.toISOString().slice(0, 10);
}

export function keyOf({ hour, digest }: Pick<UsageRollup, 'hour' | 'digest'>): string {
  return `${hour.toISOString()} ${digest}`;
}

/** At most `max` operations of an API are told apart in a day, those that came first; the others are one. */
export function boundOperations(
  lines: readonly UsageLine[],
  known: readonly string[],
  max: number,
): { lines: UsageLine[]; operations: string[] } {
  const operations = new Set(known);
  const bounded = lines.map((line): UsageLine => {
    if (operations.size < max && line.operation !== OTHER) operations.add(line.operation);
    return operations.has(line.operation) ? line : { ...line, operation: OTHER, scopes: [] };
  });
  return { lines: bounded, operations: [...operations] };
}

/** Lines of one hour and kind become one row. */
export function rollUp(apiId: string, lines: readonly UsageLine[]): UsageRollup[] {
  return merge(lines.map((line) => toRollup(apiId, line)));
}

/** Rows that are not `stored` yet have `room`; what exceeds it is counted per hour and result, without who called what. */
export function boundRows(
  apiId: string,
  rows: readonly UsageRollup[],
  { stored, room }: { stored: ReadonlySet<string>; room: number },
): { rows: UsageRollup[]; added: number } {
  let added = 0;
  const bounded = rows.map((row) => {
    if (stored.has(keyOf(row))) return row;
    if (added >= room) return anonymous(apiId, row);
    added++;
    return row;
  });
  return { rows: merge(bounded), added };
}

function toRollup(apiId: string, { minute, calls, ...line }: UsageLine): UsageRollup {
  const hour = new Date(Math.floor(minute.getTime() / HOUR_MS) * HOUR_MS);
  return { hour, digest: digestOf(apiId, line), line, calls, lastSeenAt: minute };
}

function anonymous(apiId: string, { line: { result }, ...row }: UsageRollup): UsageRollup {
  const line = { clientId: undefined, credentialId: undefined, grantId: undefined, operation: OTHER, scopes: [], result };
  return { ...row, digest: digestOf(apiId, line), line };
}

function merge(rows: readonly UsageRollup[]): UsageRollup[] {
  const merged = new Map<string, UsageRollup>();
  for (const row of rows) {
    const key = keyOf(row);
    const known = merged.get(key);
    merged.set(key, known ? joined(known, row) : row);
  }
  return [...merged.values()];
}

function joined(one: UsageRollup, other: UsageRollup): UsageRollup {
  const lastSeenAt = one.lastSeenAt > other.lastSeenAt ? one.lastSeenAt : other.lastSeenAt;
  return { ...one, calls: one.calls + other.calls, lastSeenAt };
}

function digestOf(apiId: string, { clientId, credentialId, grantId, operation, scopes, result }: UsageRollup['line']): string {
  const dimensions = [apiId, clientId ?? null, credentialId ?? null, grantId ?? null, operation, scopes, result];
  return createHash('sha256').update(JSON.stringify(dimensions)).digest('hex');
}
