import type { ClientSecret } from './client-secret.entity.js';

export const DEFAULT_GRACE_SECONDS = 86_400;
export const MAX_GRACE_SECONDS = 2_592_000;
export const MAX_LIVE_SECRETS = 2;

/** What a new secret does to the ones a client already has. */
export interface RotationPlan {
  /** Ends of live secrets, as they will be. */
  readonly ends: ReadonlyMap<string, Date>;
  /** Those of them that stop working at once. */
  readonly retired: readonly string[];
}

/**
 * Live secrets keep working for the grace and no longer than they already had. A rotation while two are live, such as a
 * second one within the grace of the first, ends the oldest at once, so that it never fails and never leaves more than two.
 */
export function planRotation(secrets: readonly ClientSecret[], graceSeconds: number, now: Date): RotationPlan {
  const live = liveOldestFirst(secrets, now);
  const surplus = Math.max(0, live.length - (MAX_LIVE_SECRETS - 1));
  const end = new Date(now.getTime() + graceSeconds * 1000);
  const ends = new Map(live.map((secret, i) => [secret.id, i < surplus ? now : earlier(secret.expiresAt, end)]));
  return { ends, retired: live.filter((secret) => ends.get(secret.id)! <= now).map((secret) => secret.id) };
}

/** A secret beside the present ones needs a free place. */
export function hasRoom(secrets: readonly ClientSecret[], now: Date): boolean {
  return liveOldestFirst(secrets, now).length < MAX_LIVE_SECRETS;
}

function liveOldestFirst(secrets: readonly ClientSecret[], now: Date): ClientSecret[] {
  const live = secrets.filter((secret) => secret.isLive(now));
  return live.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
}

function earlier(a: Date | null, b: Date): Date {
  return a !== null && a < b ? a : b;
}
