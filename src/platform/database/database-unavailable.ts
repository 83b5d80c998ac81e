// PostgreSQL error classes that mean "not now": connection, resources (disk full among them), operator intervention …
const UNAVAILABLE_CLASSES = ['08', '53', '57P', '58'];
// … and what another transaction or a slow disk caused: statement timeout, lock timeout, deadlock, serialization, a database closed to connections.
const PASSING_CODES = ['57014', '55P03', '40P01', '40001', '55000'];
const UNAVAILABLE_CODES = new Set([
  ...PASSING_CODES,
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '25006',
]);
const UNAVAILABLE_MESSAGES =
  /connection (?:terminated|timeout)|timeout exceeded when trying to connect|not queryable|driver not connected|query read timeout/i;

/** Tells an outage of the database from a mistake of ours; the first is 503 and passes by itself. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true;
  const code = sqlState(error);
  if (code && (UNAVAILABLE_CODES.has(code) || UNAVAILABLE_CLASSES.some((prefix) => code.startsWith(prefix)))) return true;
  return UNAVAILABLE_MESSAGES.test(error.message);
}

/** The SQLSTATE or system code of an error, also of one that TypeORM has wrapped. */
export function sqlState(error: unknown): string | undefined {
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  const value = driverError?.code ?? code;
  return typeof value === 'string' ? value : undefined;
}

export const UNIQUE_VIOLATION = '23505';
