import { createHash } from 'node:crypto';
import type { Confirmation } from '@countersign/oauth';
import type { PresentedFamily, RefreshFamily } from './refresh-family.js';

const DAY_MS = 24 * 3_600_000;
/** Contract: so many without use, so many in all. */
export const REFRESH_DAYS = { idle: 30, total: 180 } as const;
const IDLE_MS = REFRESH_DAYS.idle * DAY_MS;
export const ABSOLUTE_MS = REFRESH_DAYS.total * DAY_MS;
/** Contract: a client whose answer was lost may ask again for so long. */
export const RETRY_SECONDS = 60;

export interface RefreshFacts {
  readonly clientId: string;
  readonly cnf: Confirmation | undefined;
}

/** Why a token is not refreshed; `reused` is the only one that takes something away. */
export type RefreshRefusal = 'refresh_token_of_other_client' | 'other_sender_key' | 'refresh_token_expired' | 'reused';

/**
 * Judges a presented token: undefined lets it pass, as the present one or as a retry. RT-3, attack 37: who is not the client, or
 * lacks its key, changes nothing.
 */
export function judgeRefresh(
  { family, isCurrent, sealedAnswer }: PresentedFamily,
  facts: RefreshFacts,
  now: Date,
): RefreshRefusal | undefined {
  if (family.clientId !== facts.clientId) return 'refresh_token_of_other_client';
  if (family.cnf && !isSameKey(family.cnf, facts.cnf)) return 'other_sender_key';
  if (family.idleUntil <= now || family.endsAt <= now) return 'refresh_token_expired';
  return isCurrent || sealedAnswer ? undefined : 'reused';
}

function isSameKey(one: Confirmation, other: Confirmation | undefined): boolean {
  return one.jkt === other?.jkt && one['x5t#S256'] === other?.['x5t#S256'];
}

/** Names a request: only the very same one is given the same answer again. */
export function fingerprintOf(asked: {
  readonly scopes: readonly string[] | undefined;
  readonly audience: string | undefined;
  readonly cnf: Confirmation | undefined;
}): string {
  const facts = [
    asked.scopes ? [...asked.scopes].sort() : null,
    asked.audience ?? null,
    asked.cnf?.jkt ?? null,
    asked.cnf?.['x5t#S256'] ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url');
}

/** When a family ends that is refreshed now. */
export function endsAfterRefresh(now: Date, endsAt: Date): { idleUntil: Date; expiresAt: Date } {
  const idleUntil = new Date(Math.min(now.getTime() + IDLE_MS, endsAt.getTime()));
  return { idleUntil, expiresAt: dayAfter(idleUntil) };
}

/** The next midnight: all refreshes of a day leave the index of expiries as it is. */
function dayAfter(time: Date): Date {
  return new Date((Math.floor(time.getTime() / DAY_MS) + 1) * DAY_MS);
}

/** What the audit keeps of a token that came twice. */
export function reuseFacts({ createdAt, refreshedAt, ip }: RefreshFamily, now: Date, from: string): Record<string, unknown> {
  const secondsSince = (time: Date): number => Math.floor((now.getTime() - time.getTime()) / 1000);
  return { family_age_seconds: secondsSince(createdAt), seconds_since_rotation: secondsSince(refreshedAt), ip_changed: ip !== from };
}
