import type { FastifyRequest } from 'fastify';

/** Who sits at a browser, as proven by the cookie of their session. */
export interface SignedInUser {
  /** `usr_…`; the `sub` of tokens for this person. */
  readonly userId: string;
  /** `ses_…`; names the session without being able to continue it. */
  readonly sessionId: string;
  readonly email: string;
  readonly name: string;
  /** Seconds since 1970 of the sign-in. A session never gets a new one: signing in again begins another session. */
  readonly authTime: number;
  /** RFC 8176 values, such as `["pwd"]`; of another identity provider, what that one said. */
  readonly amr: readonly string[];
  readonly acr: string;
}

/** Sign-in sessions of people. */
export abstract class Sessions {
  /**
   * The user whose session the request's cookie continues; undefined without one, and when it has ended, or its user was disabled.
   * Asks the database each time, so an end on another replica counts at once. Never throws because of the cookie.
   */
  abstract current(request: FastifyRequest): Promise<SignedInUser | undefined>;
}
