import type { IdentityScopeName } from '@countersign/oauth';
import type { User } from '../../directory/users/index.js';

/** OpenID Connect Core §5.4: what one scope lets an app learn about the person. */
export interface IdentityScope {
  readonly name: IdentityScopeName;
  /** For the person who is asked. */
  readonly description: string;
  /** Names of its claims, beside `sub`. */
  readonly claims: readonly string[];
  read(user: User): Readonly<Record<string, unknown>>;
}
