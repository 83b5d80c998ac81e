const MAX_SECONDS = 86_400;

/** RFC 9110 §10.2.3 `Retry-After`, seconds or a date, in seconds from now; a day at most. Undefined when absent or unreadable. */
export function retryAfterSeconds(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  const seconds = /^\d+$/.test(value) ? Number(value) : secondsUntil(Date.parse(value), headers, nowMs);
  return seconds === undefined ? undefined : Math.min(MAX_SECONDS, Math.max(0, seconds));
}

/** The date is by the server's clock, so it is compared with what that clock says now. */
function secondsUntil(dateMs: number, headers: Headers, nowMs: number): number | undefined {
  if (Number.isNaN(dateMs)) return undefined;
  const serverNowMs = Date.parse(headers.get('date') ?? '');
  return Math.ceil((dateMs - (Number.isNaN(serverNowMs) ? nowMs : serverNowMs)) / 1000);
}
