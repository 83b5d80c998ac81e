import { Injectable } from '@nestjs/common';
import { findRedirectUri, OAuthError } from '@countersign/oauth';
import type { AuthorizationCheck, AuthorizationFacts, CheckedRequest, Known } from '../authorization-facts.js';

/** AE-2, AE-3, AZ-4, AZ-6: the answer goes to a registered address, or nowhere. */
@Injectable()
export class RedirectUriCheck implements AuthorizationCheck {
  readonly name = 'redirect_uri';

  check({ params }: CheckedRequest, known: Known): Partial<AuthorizationFacts> {
    const { redirectUris, clientType } = known.get('client').app;
    const [presented, another] = params.list('redirect_uri');
    if (another !== undefined) throw new OAuthError('invalid_request', 'redirect_uri is sent twice.', { detail: 'redirect_uri_repeated' });
    if (presented === undefined) return soleRedirectUri(redirectUris);
    const registeredRedirectUri = findRedirectUri(presented, redirectUris, { anyLocalhostPort: clientType === 'public' });
    if (registeredRedirectUri === undefined)
      throw new OAuthError('invalid_request', 'redirect_uri is not one that the app has registered; they are compared letter by letter.', {
        detail: 'redirect_uri_unregistered',
      });
    return { redirectUri: presented, registeredRedirectUri, redirectUriWasSent: true };
  }
}

// RFC 6749 §3.1.2.3: with one registered it may be left out.
function soleRedirectUri([only, another]: readonly string[]): Partial<AuthorizationFacts> {
  // Of an app for devices, which is sent nowhere.
  if (only === undefined) throw new OAuthError('unauthorized_client', 'The app may not ask for codes.');
  if (another !== undefined)
    throw new OAuthError('invalid_request', 'The app has registered several redirect URIs; send the one that is meant.', {
      detail: 'redirect_uri_missing',
    });
  return { redirectUri: only, registeredRedirectUri: only, redirectUriWasSent: false };
}
