import type { TokenRequestFailed } from './token-request-failed.js';

export type TokenChange =
  | { type: 'issued'; expiresAt: Date }
  /** Callers notice only where no token is left. */
  | { type: 'failed'; error: TokenRequestFailed }
  /** An API refused the token. */
  | { type: 'dropped' };

/** For metrics and logs; holds no token. */
export type ClientEvent = TokenChange & { audience: string | undefined; scope: string | undefined };
