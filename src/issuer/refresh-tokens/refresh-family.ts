import type { Confirmation, UserAuthentication } from '@countersign/oauth';

/** All that came of one code: one refresh token at a time, and each takes the place of the one before. */
export interface RefreshFamily {
  /** `root` of its tokens, and `jti` of the first. */
  readonly id: string;
  readonly orgId: string;
  readonly consentId: string;
  readonly clientId: string;
  readonly userId: string;
  readonly apiId: string;
  /** Those of the code; a refresh may take fewer, and the next one has them again. */
  readonly scopes: readonly string[];
  readonly authentication: UserAuthentication;
  /** The session in which it was allowed, which may have ended since. */
  readonly sessionId: string | undefined;
  /** What the client has to prove at every refresh; undefined where its own authentication does. */
  readonly cnf: Confirmation | undefined;
  readonly createdAt: Date;
  readonly refreshedAt: Date;
  /** Where the last refresh came from. */
  readonly ip: string | undefined;
  readonly idleUntil: Date;
  readonly endsAt: Date;
}

/** A family, seen from one of its tokens. */
export interface PresentedFamily {
  readonly family: RefreshFamily;
  /** The token is the present one. */
  readonly isCurrent: boolean;
  /** What it was answered, while that may be repeated. */
  readonly sealedAnswer: Buffer | undefined;
}
