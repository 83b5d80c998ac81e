/** What happens to consents. What takes something away is heard by the revocation of tokens, in the same transaction. */
export type ConsentEvent = 'granted' | 'widened' | 'confirmed' | 'narrowed' | 'withdrawn' | 'suspended';

/** What one person allowed one app at one API, for the data of one organization. */
export interface Consent {
  /** `con_…` */
  readonly id: string;
  readonly orgId: string;
  readonly userId: string;
  readonly appId: string;
  readonly apiId: string;
  readonly scopes: readonly string[];
  /** Those that the app had registered when the person looked at it. */
  readonly redirectUris: readonly string[];
  /** Of an app that describes itself: what it was when the person looked at it. */
  readonly appFingerprint?: string | undefined;
  /** How often something was taken away from it, and once more. */
  readonly generation: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * What tokens carry as `grant`. It is another one after each time that something was taken away: so those of before can be refused
 * without a word about time, which would meet the first ones of afterwards too.
 */
export function grantHandleOf({ id, generation }: Pick<Consent, 'id' | 'generation'>): string {
  return generation === 1 ? id : `${id}.${generation}`;
}

/** The way back: from the `grant` of a token. Grants of other kinds have no generations, and are the first of their own. */
export function readGrantHandle(handle: string): { readonly id: string; readonly generation: number } {
  const [, id = handle, generation = '1'] = /^(.+)\.(\d+)$/.exec(handle) ?? [];
  return { id, generation: Number(generation) };
}

/** The handle of the tokens that die with an event; undefined where none do. */
export function endedGrantOf(event: ConsentEvent, consent: Pick<Consent, 'id' | 'generation'>): string | undefined {
  if (event === 'withdrawn') return grantHandleOf(consent);
  return event === 'narrowed' || event === 'suspended' ? grantHandleOf({ ...consent, generation: consent.generation - 1 }) : undefined;
}

/** There is at most one consent for each. */
export type ConsentKey = Pick<Consent, 'orgId' | 'userId' | 'appId' | 'apiId'>;
