import { OAuthError } from '@countersign/oauth';

/** One answer for every assertion that is refused as a grant; the rule tester tells an administrator why. */
export const ASSERTION_REFUSED = 'The assertion is not accepted. An administrator can ask the rule tester why.';

/** One answer for every failed authentication; only `detail` tells the causes apart, and it is never sent. */
export function authenticationFailed(detail: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_client', 'Client authentication failed.', { detail, cause });
}
