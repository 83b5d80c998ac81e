export const LOGOUT_PAGE = '/logout';
export const SIGNED_OUT_PAGE = '/logout/done';

/** What an app asks that signs somebody out, as the pages hand it on; each judges it anew. */
export interface LogoutFields {
  readonly client_id?: string | undefined;
  readonly post_logout_redirect_uri?: string | undefined;
  readonly state?: string | undefined;
}

/** Path of one of the two pages. */
export function logoutAddress(page: string, { client_id, post_logout_redirect_uri, state }: LogoutFields): string {
  const fields = Object.entries({ client_id, post_logout_redirect_uri, state });
  const known = fields.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return known.length === 0 ? page : `${page}?${new URLSearchParams(known).toString()}`;
}
