export interface SignInRequest {
  /** Path on this server to come back to, with its query; anything that is no such path is refused. */
  readonly returnTo: string;
  /** `login_hint`: what the field is filled with. */
  readonly loginHint?: string | undefined;
}

/** Path of the page that signs somebody in and then goes back (303). Also for `prompt=login`: it begins a new session with a new `auth_time`. */
export function signInAddress({ returnTo, loginHint }: SignInRequest): string {
  if (!isOwnPath(returnTo)) throw new Error('A sign-in must come back to a path of this server.');
  const query = new URLSearchParams({ return_to: returnTo, ...(loginHint !== undefined && { login_hint: loginHint }) });
  return `/login?${query.toString()}`;
}

/**
 * Whether a text is a path of this server, and of no other: browsers take `//host`, `/\host` and `/<tab>/host` for another host
 * (WHATWG URL, "path or authority state").
 */
export function isOwnPath(text: string): boolean {
  return text.length <= MAX_LENGTH && /^\/(?![/\\])[\x21-\x5B\x5D-\x7E]*$/.test(text);
}

const MAX_LENGTH = 4_096;
