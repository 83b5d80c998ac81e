import type { Stopwatch } from './clock.js';

/** A token as callers get it. */
export interface AccessToken {
  readonly accessToken: string;
  /** DPoP: bound to the key of the client, and of use with a proof only. */
  readonly tokenType: 'Bearer' | 'DPoP';
  /** When it ends, by this machine's clock. */
  readonly expiresAt: Date;
  /** What was granted, values separated by spaces. */
  readonly scope: string;
}

export interface Lifetime {
  /** Started when the token was asked for, which is before it was issued. */
  age: Stopwatch;
  lifetimeMs: number;
  /** Share of the life after which a new one is fetched. */
  refreshAt: number;
}

const MARGIN_MS = 10_000;
const MARGIN_SHARE = 0.1;

/** A token with its age. */
export class IssuedToken {
  constructor(
    readonly token: AccessToken,
    private readonly life: Lifetime,
  ) {}

  /** False in its last seconds: a request takes its time to arrive, and clocks differ. */
  isUsable(): boolean {
    const { age, lifetimeMs } = this.life;
    return age.elapsedMs() < lifetimeMs - Math.min(MARGIN_MS, lifetimeMs * MARGIN_SHARE);
  }

  isDueForRefresh(): boolean {
    return this.life.age.elapsedMs() >= this.life.lifetimeMs * this.life.refreshAt;
  }
}
