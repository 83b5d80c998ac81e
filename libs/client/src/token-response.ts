import type { AccessToken } from './access-token.js';
import { TokenRequestFailed } from './token-request-failed.js';

/** RFC 6750 §2.1: what can stand behind "Bearer ". */
const BEARER_TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const MAX_LIFETIME_SECONDS = 2 ** 31;

/**
 * RFC 6749 §5.1: reads a token response. `scope` is that of the request: an absent one means that it was granted. `tokenType`
 * is what was asked for: a Bearer token is not taken in place of a bound one.
 * @throws TokenRequestFailed that names the member that is wrong, never its value.
 */
export function readTokenResponse(
  body: Record<string, unknown>,
  { tokenType, ...asked }: Pick<AccessToken, 'tokenType' | 'scope'>,
): Omit<AccessToken, 'expiresAt'> & { lifetimeMs: number } {
  const { access_token: accessToken, token_type: type, expires_in: expiresIn, scope = asked.scope } = body;
  if (typeof accessToken !== 'string' || !BEARER_TOKEN.test(accessToken)) throw invalid('access_token');
  // RFC 6749 §7.1: a type that is not understood must not be used. Its name has no case.
  if (typeof type !== 'string' || type.toLowerCase() !== tokenType.toLowerCase()) throw invalid('token_type');
  if (typeof expiresIn !== 'number' || !(expiresIn > 0 && expiresIn <= MAX_LIFETIME_SECONDS)) throw invalid('expires_in');
  if (typeof scope !== 'string') throw invalid('scope');
  return { accessToken, tokenType, scope, lifetimeMs: expiresIn * 1000 };
}

function invalid(member: string): TokenRequestFailed {
  return new TokenRequestFailed(`The issuer answered 200 with a ${member} that this client cannot use.`, { status: 200 });
}
