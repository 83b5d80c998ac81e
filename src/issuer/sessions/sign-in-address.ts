export interface SignInRequest {
  /** Path on this server to come back to, with its query; anything that is no such path is refused. Undefined: to the account. */
  readonly returnTo: string | undefined;
  /** `login_hint`: what the field is filled with. */
  readonly loginHint?: string | undefined;
}

/** Path of the page that signs somebody in and then goes back (303). Also for `prompt=login`: it begins a new session with a new `auth_time`. */
export function signInAddress({ returnTo, loginHint }: SignInRequest): string {
  if (returnTo !== undefined && !isOwnPath(returnTo)) throw new Error('A sign-in must come back to a path of this server.');
  const query = new URLSearchParams({
    ...(returnTo !== undefined && { return_to: returnTo }),
    ...(loginHint !== undefined && { login_hint: loginHint }),
  }).toString();
  return query === '' ? '/login' : `/login?${query}`;
}

/**
 * Whether a text is a path of this server, and of no other: browsers take `//host`, `/\host` and `/<tab>/host` for another host
 * (WHATWG URL, "path or authority state").
 */
export function isOwnPath(text: string): boolean {
  return text.length <= MAX_LENGTH && /^\/(?![/\\])[\x21-\x5B\x5D-\x7E]*$/.test(text);
}

/**
 * Whether people may be led there after a sign-in: to a path of ours that begins no other sign-in. Whoever has just proven themselves here
 * must not find themselves at the provider of somebody else.
 */
export function isReturnPath(text: string): boolean {
  if (!isOwnPath(text)) return false;
  const [path = ''] = text.split(/[?#]/, 1);
  // As the router reads it; a path that a browser would rewrite on the way is none of ours.
  if (new URL(path, 'https://own.example').pathname !== path) return false;
  return !/^\/+login(?:\/|$)/i.test(decoded(path));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '/login';
  }
}

const MAX_LENGTH = 4_096;
