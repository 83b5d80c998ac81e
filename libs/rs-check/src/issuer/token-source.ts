import type { JWK } from 'jose';
import type { Target } from '../target.js';
import type { Forge } from '../tokens/forge.js';
import type { Revoker } from './revoker.js';

/** Where good and hostile tokens of one run come from. */
export interface TokenSource {
  /** The `iss` that the API under test trusts. */
  readonly issuer: string;
  /** For the report: how hostile tokens get a good signature. */
  readonly description: string;
  readonly keys: readonly JWK[];
  /** Absent: hostile tokens are limited to what needs no good signature. */
  readonly forge: Forge | undefined;
  readonly revoker: Revoker | undefined;
  /** A token that the API ought to accept. @throws SetupError */
  goodToken(): Promise<string>;
  close(): Promise<void>;
}

/** What a good token is made for. */
export interface TokenWishes {
  readonly target: Pick<Target, 'audience' | 'scopes' | 'org'>;
  /** Further claims that the API demands; not for tokens that the issuer makes by itself. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Longer than any run, shorter than anybody could use a token of a log. */
export const TOKEN_LIFETIME_SECONDS = 900;
