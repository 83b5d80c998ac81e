import type { PolledDeviceCode } from './device-code.js';

/** RFC 8628 §3.2. */
export const POLL_SECONDS = 5;
/** RFC 8628 §3.5: so much longer, for all requests to come. */
export const SLOWER_BY_SECONDS = 5;
/** What a request may be too early: the wait begins where the answer arrives, and clocks and networks differ a little. */
const EARLY_MS = 500;

export type PollRefusal = 'authorization_pending' | 'slow_down' | 'access_denied' | 'expired_token' | 'device_code_used';

/** What a device is told that asks; undefined: it gets its tokens. Who waits too little is told so only while there is something to wait for. */
export function judgePoll({ state, intervalSeconds, polledAt, usableUntil, now }: PolledDeviceCode): PollRefusal | undefined {
  if (state === 'redeemed') return 'device_code_used';
  if (state === 'denied') return 'access_denied';
  if (usableUntil <= now) return 'expired_token';
  if (state === 'allowed') return undefined;
  const isTooEarly = polledAt !== undefined && now.getTime() - polledAt.getTime() < intervalSeconds * 1000 - EARLY_MS;
  return isTooEarly ? 'slow_down' : 'authorization_pending';
}
