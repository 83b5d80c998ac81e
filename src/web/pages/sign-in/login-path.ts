import { isReturnPath } from '../../../issuer/sessions/index.js';

/** Where somebody wants to go on to, and who they may be. */
export interface LoginWish {
  readonly returnTo?: string | undefined;
  readonly email?: string | undefined;
}

/** Attack 24: nobody is sent to another server after a sign-in. */
export function returnPath(path: string | undefined): string | undefined {
  return path !== undefined && isReturnPath(path) ? path : undefined;
}

/** Of the page that finds the provider of somebody's organization. */
export function organizationPath({ returnTo, email }: LoginWish): string {
  const wished = Object.entries({ return_to: returnTo, login_hint: email });
  const query = new URLSearchParams(wished.filter((pair): pair is [string, string] => pair[1] !== undefined)).toString();
  return query === '' ? '/login/organization' : `/login/organization?${query}`;
}
