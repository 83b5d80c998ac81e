import type { TargetApi } from '@countersign/oauth';
import type { RevocationEntry } from '@countersign/resource-server';

const LONGEST_SILENCE_SECONDS = 5;
const SIGNS_PER_STALENESS = 3;
const POSITION = /^\d{1,15}$/;

/**
 * Whether tokens of this API can be meant. A grant of a service principal names its API, and a call policy is of the internal zone
 * only; whatever else a grant is, concerns all.
 */
export function concerns({ kind, value }: Pick<RevocationEntry, 'kind' | 'value'>, { id, zone }: Pick<TargetApi, 'id' | 'zone'>): boolean {
  // A token of the internal zone may descend from one of any API, and dies with the grant of that one.
  if (kind !== 'grant' || zone === 'internal') return true;
  const named = value.slice(value.lastIndexOf('.') + 1);
  return named.startsWith('api_') ? named === id : !named.startsWith('pol_');
}

/** Often enough that one lost heartbeat makes no guard stale. */
export function heartbeatSecondsOf(maxStalenessSeconds: number): number {
  return Math.max(1, Math.min(LONGEST_SILENCE_SECONDS, Math.floor(maxStalenessSeconds / SIGNS_PER_STALENESS)));
}

/** Last-Event-ID (WHATWG HTML §9.2.4): the position to continue from; undefined when it is none of ours. */
export function positionOf(lastEventId: string | string[] | undefined): number | undefined {
  return typeof lastEventId === 'string' && POSITION.test(lastEventId) ? Number(lastEventId) : undefined;
}

/** RFC 9110 §13.1.2: weak comparison with any of a list, or `*`. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const strong = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => strong(tag) === strong(etag));
}
