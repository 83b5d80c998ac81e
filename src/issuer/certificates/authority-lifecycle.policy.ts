import type { AuthorityRow } from './authority.js';

const HOUR_MS = 3_600_000;
/** Longest life of a leaf: what the settings allow. */
const LEAF_MS = 24 * HOUR_MS;
/** Every service renews, and so learns of the next authority, within one life of a leaf. */
const PUBLISHED_AHEAD_MS = 2 * LEAF_MS;
const MADE_BEFORE_END_MS = 60 * 24 * HOUR_MS;
const MARGIN_MS = HOUR_MS;

/** What is due. `make` publishes a new authority; `activate` retires the one that is active. */
export type AuthorityStep = { readonly step: 'make' } | { readonly step: 'activate' | 'remove'; readonly id: string };

type Facts = Pick<AuthorityRow, 'id' | 'status' | 'not_after' | 'created_at' | 'replacement_asked_at' | 'retiring_at'>;

/** The next step in the life of a trust domain's authorities; undefined: nothing is due. Asked again until it is. */
export function nextStep(authorities: readonly Facts[], now: number): AuthorityStep | undefined {
  const active = authorities.find(({ status }) => status === 'active');
  const next = authorities.find(({ status }) => status === 'published');
  const gone = authorities.find((authority) => authority.status === 'retiring' && hasServed(authority, now));
  if (gone) return { step: 'remove', id: gone.id };
  if (next && (!active || now - next.created_at.getTime() >= PUBLISHED_AHEAD_MS)) return { step: 'activate', id: next.id };
  if (!next && (!active || mustBeReplaced(active, now))) return { step: 'make' };
  return undefined;
}

function mustBeReplaced({ not_after: end, replacement_asked_at: asked }: Facts, now: number): boolean {
  return asked !== null || end.getTime() - now < MADE_BEFORE_END_MS;
}

/** Its last leaf has expired. */
function hasServed({ retiring_at: since }: Facts, now: number): boolean {
  return since !== null && now - since.getTime() >= LEAF_MS + MARGIN_MS;
}
