const MIN_SECONDS = 60;
const MAX_SECONDS = 86_400;
/** Where the host says nothing. */
const DEFAULT_SECONDS = 300;

/** CIMD-6: how long a document may be used without asking its host again (RFC 9111 §4.2), within our limits. @param now milliseconds since 1970 */
export function freshSecondsOf(headers: Headers, now: number): number {
  return Math.min(MAX_SECONDS, Math.max(MIN_SECONDS, saidSeconds(headers, now) ?? DEFAULT_SECONDS));
}

function saidSeconds(headers: Headers, now: number): number | undefined {
  const control = (headers.get('cache-control') ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (control.includes('no-store') || control.includes('no-cache')) return 0;
  const [, maxAge] = /^max-age="?(\d{1,10})"?$/.exec(control.find((directive) => directive.startsWith('max-age')) ?? '') ?? [];
  if (maxAge !== undefined) return Number(maxAge) - ageOf(headers);
  const expires = headers.get('expires');
  if (expires === null) return undefined;
  // RFC 9111 §5.3: what is no date, such as 0, has expired.
  const until = Date.parse(expires);
  return Number.isNaN(until) || !/[a-z]/i.test(expires) ? 0 : Math.floor((until - dateOf(headers, now)) / 1000);
}

function ageOf(headers: Headers): number {
  const age = headers.get('age') ?? '';
  return /^\d{1,10}$/.test(age) ? Number(age) : 0;
}

function dateOf(headers: Headers, now: number): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? now : date;
}
