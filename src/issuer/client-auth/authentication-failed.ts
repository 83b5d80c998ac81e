import { OAuthError } from '@countersign/oauth';

/** One answer for every failed authentication; only `detail` tells the causes apart, and it is never sent. */
export function authenticationFailed(detail: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_client', 'Client authentication failed.', { detail, cause });
}
