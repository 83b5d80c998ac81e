import { OAuthError } from '@countersign/oauth';

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** RFC 6750 §2.1: the one place in which a token is taken here. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? '')?.[1];
}

/** One answer for a token that is missing, wrong or used up, and for a registration that is gone; `detail` alone tells them apart. */
export function tokenRefused(realm: string, detail: string): OAuthError {
  return new OAuthError('invalid_token', 'The token is missing, wrong, used up or has expired, or what it is for is gone.', {
    detail,
    headers: { 'www-authenticate': `Bearer realm="${realm}", error="invalid_token"` },
  });
}
