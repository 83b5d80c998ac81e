import { isScopeToken, mistakeOfClientIdUrl } from '@countersign/oauth';
import { USAGE_REPORT_LIMITS } from '@countersign/resource-server';
import { USAGE_REPORT_MAX_AGE_DAYS } from '../../directory/usage/index.js';
import { isId, type IdPrefix } from '../../platform/crypto/index.js';
import type { ProblemItem } from '../../platform/http/index.js';

type Check = readonly [isFine: (value: unknown, now: number) => boolean, fix: string];

const MINUTE_MS = 60_000;
const FUTURE_MS = 2 * MINUTE_MS;
const MAX_AGE_MS = USAGE_REPORT_MAX_AGE_DAYS * 86_400_000;
// Aligned: reports are about whole minutes, and two spellings of one would be two.
const MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:00(?:\.000)?Z$/;
const OPERATION = new RegExp(USAGE_REPORT_LIMITS.operationPattern);
const RESULT = new RegExp(USAGE_REPORT_LIMITS.resultPattern);
/** RFC 7638 and RFC 8705 §3.1: a SHA-256 in base64url. */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;
const CLIENTS: readonly IdPrefix[] = ['sp', 'app', 'svc', 'key', 'pat'];
// A workload that another issuer vouches for has a rule in place of a credential.
// A public app has none either: there stands its own id.
const CREDENTIALS: readonly IdPrefix[] = ['sec', 'key', 'pat', 'rule', 'app'];
/** Of a consent. */
const GENERATION = /\.[1-9]\d{0,9}$/;
// Never a user's.
const GRANTS: readonly IdPrefix[] = ['sp', 'app', 'svc', 'key', 'pat', 'con', 'api', 'pol'];

const REQUIRED: Readonly<Record<string, Check>> = {
  minute: [isMinute, `Send the start of a minute in UTC, such as 2026-11-22T08:41:00Z, of the last ${USAGE_REPORT_MAX_AGE_DAYS} days.`],
  operation: [(value) => matches(value, OPERATION), 'Send 1 to 128 printable ASCII characters.'],
  scopes: [isScopes, `Send an array of at most ${USAGE_REPORT_LIMITS.scopes} scopes; an empty one where none is needed.`],
  result: [(value) => matches(value, RESULT), 'Send accepted, or the code of the refusal.'],
  count: [isCount, 'Send a whole number of at least 1.'],
};
const OPTIONAL: Readonly<Record<string, Check>> = {
  client_id: [(value) => isAnyId(value, CLIENTS) || isAppAddress(value), 'Send the client_id of the token, or leave it out.'],
  credential_id: [
    (value) => isAnyId(value, CREDENTIALS) || matches(value, THUMBPRINT) || isAppAddress(value),
    'Send the cred of the token, or leave it out.',
  ],
  grant_id: [isGrant, 'Send the grant of the token, or leave it out.'],
};
const CHECKS = { ...REQUIRED, ...OPTIONAL };

/** Every mistake of a report, by JSON Pointer. Entries without mistakes are UsageEntry. */
export function mistakesOf(entries: readonly unknown[], now: number): ProblemItem[] {
  return entries.flatMap((entry, i) => mistakesOfEntry(entry, `/entries/${i}`, now));
}

function mistakesOfEntry(entry: unknown, location: string, now: number): ProblemItem[] {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    return [{ location, message: 'It is not an object.', fix: 'Send one JSON object for each kind of call.' }];
  const missing = Object.keys(REQUIRED)
    .filter((name) => !Object.hasOwn(entry, name))
    .map((name) => ({ location: `${location}/${name}`, message: 'It is missing.', fix: `Send ${name} with every entry.` }));
  const wrong = Object.entries(entry).flatMap(([name, value]) => {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    if (!check) return { location: `${location}/${pointer(name)}`, message: 'There is no such field.', fix: 'Remove the field.' };
    return check[0](value, now) ? [] : { location: `${location}/${name}`, message: 'It has the wrong form.', fix: check[1] };
  });
  return [...missing, ...wrong];
}

function isMinute(value: unknown, now: number): boolean {
  if (!matches(value, MINUTE)) return false;
  const time = Date.parse(value as string);
  return time <= now + FUTURE_MS && time >= now - MAX_AGE_MS;
}

function isScopes(value: unknown): boolean {
  const { scopes, scopeLength } = USAGE_REPORT_LIMITS;
  return (
    Array.isArray(value) &&
    value.length <= scopes &&
    value.every((scope) => typeof scope === 'string' && scope.length <= scopeLength && isScopeToken(scope))
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= USAGE_REPORT_LIMITS.count;
}

function isAnyId(value: unknown, prefixes: readonly IdPrefix[]): boolean {
  return typeof value === 'string' && prefixes.some((prefix) => isId(value, prefix));
}

/** Of an app that describes itself. */
function isAppAddress(value: unknown): boolean {
  return typeof value === 'string' && mistakeOfClientIdUrl(value) === undefined;
}

/** A policy, a consent (`con_…`, then `con_….2`), or the grant of a client at an API: `<client>.<api>`. */
function isGrant(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (GENERATION.test(value)) return isAnyId(value.replace(GENERATION, ''), ['con']);
  const parts = value.split('.');
  return parts.length <= 2 && parts.every((part) => isAnyId(part, GRANTS));
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

// RFC 6901 §3, cut: the name is the sender's.
function pointer(name: string): string {
  return name
    .slice(0, 64)
    .replace(/[\p{Cc}\p{Cs}]/gu, '')
    .replaceAll('~', '~0')
    .replaceAll('/', '~1');
}
