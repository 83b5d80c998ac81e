export const REGISTRATION_STATES = ['unused', 'used', 'idle'] as const;
/** `used`: somebody has allowed it something; `idle`: nobody has any more. */
export type RegistrationState = (typeof REGISTRATION_STATES)[number];

export const UNUSED_SECONDS = 3_600;
export const IDLE_SECONDS = 2_592_000;
/** How often one that is used is looked at, so that an end of its use is seen. */
const LOOK_SECONDS = 86_400;

export interface RegistrationFacts {
  readonly state: RegistrationState;
  /** What somebody has allowed it. Codes and refresh tokens are only there as long as that is. */
  readonly hasGrant: boolean;
  /** Somebody has asked an administrator for it, or one has admitted or looked at it. */
  readonly isWanted: boolean;
}

/** What becomes of a registration whose time is over: it goes, or is looked at again. */
export type Fate = 'gone' | { readonly state: RegistrationState; readonly seconds: number };

/** DCR-2: never used, an hour; used before, thirty days; with a live grant it never goes. */
export function fateOf({ state, hasGrant, isWanted }: RegistrationFacts): Fate {
  if (hasGrant) return { state: 'used', seconds: LOOK_SECONDS };
  if (state === 'used' || (state === 'unused' && isWanted)) return { state: 'idle', seconds: IDLE_SECONDS };
  return 'gone';
}
