import { OAuthError, scopesOutside, type ClientGrant, type TargetApi } from '@countersign/oauth';

const MAX_NAMED = 10;

/** The grant on which a client may ask for an API. @throws OAuthError `invalid_target` where there is none: what is not granted is refused */
export function grantFor(grants: readonly ClientGrant[], audience: string): ClientGrant {
  const grant = grants.find((candidate) => candidate.audience === audience);
  if (!grant) throw new OAuthError('invalid_target', 'The client has no grant for this audience.');
  return grant;
}

/** Without an audience: the only grant that holds everything asked for. @throws OAuthError `invalid_target` */
export function soleGrant(grants: readonly ClientGrant[], asked: readonly string[] | undefined): ClientGrant {
  const candidates = grants.filter(({ scopes }) => asked === undefined || scopesOutside(asked, scopes).length === 0);
  const [only, another] = candidates;
  if (only && !another) return only;
  const why = only
    ? 'The client has grants for several APIs; name one with audience or resource.'
    : 'No grant of the client holds all requested scopes; name the API with audience or resource.';
  throw new OAuthError('invalid_target', why);
}

/** What a grant gives of what was asked; everything where nothing was. @throws OAuthError `invalid_scope` */
export function scopesOf(grant: ClientGrant, api: TargetApi, asked: readonly string[] | undefined): readonly string[] {
  const granted = grant.scopes.filter((scope) => api.scopes.includes(scope));
  if (asked === undefined) return granted;
  const outside = scopesOutside(asked, granted);
  // Scope tokens consist of characters that error_description allows, so naming them is safe.
  if (outside.length > 0)
    throw new OAuthError(
      'invalid_scope',
      `Not granted to this client for the audience: ${outside.slice(0, MAX_NAMED).join(' ').slice(0, 300)}`,
    );
  return asked;
}
