/** The parts of a request in which a token may be, lawfully or not. One of the two forms of headers is enough. */
export interface TokenBearingRequest {
  /** As node received them: preferred, because of several `Authorization` headers `headers` keeps only the first. */
  readonly rawHeaders?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  readonly query?: unknown;
}

export type MalformedCredentialsReason =
  | 'duplicate_authorization'
  | 'malformed_authorization'
  | 'token_in_query'
  | 'several_credentials'
  | 'certificate_header_from_untrusted_peer'
  | 'certificate_header_malformed'
  | 'certificate_header_repeated'
  | 'certificate_twice';

/** The request carries credentials in a way that must not be guessed at: 400 `invalid_request`. */
export class MalformedCredentials extends Error {
  override readonly name = 'MalformedCredentials';

  constructor(
    readonly reason: MalformedCredentialsReason,
    /** Says what to change. */
    readonly publicDescription: string,
  ) {
    super(publicDescription);
  }
}

/** RFC 6750 §2.1, RFC 9449 §7.1. */
export type TokenScheme = 'bearer' | 'dpop';

export interface PresentedToken {
  readonly scheme: TokenScheme;
  readonly token: string;
}

// RFC 6750 §2.1: "Bearer" 1*SP b64token; RFC 9110 §11.1: the scheme is compared without case.
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const BEARER_SCHEME = /^bearer(?:\s|,|$)/i;
const DPOP = /^dpop +([A-Za-z0-9._~+/-]+=*)$/i;
const DPOP_SCHEME = /^dpop(?:\s|,|$)/i;

/**
 * The Bearer token of a request; undefined when it carries none, or credentials of another scheme.
 * @throws MalformedCredentials
 */
export function extractBearerToken(request: TokenBearingRequest): string | undefined {
  const authorization = theAuthorization(request);
  if (authorization === undefined) return undefined;
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined && (authorization.trim() === '' || BEARER_SCHEME.test(authorization))) {
    throw new MalformedCredentials('malformed_authorization', 'The Authorization header must read: Bearer, one space, the token.');
  }
  return token;
}

/**
 * The token of a request, under the scheme Bearer or DPoP; undefined when it carries none, or credentials of another scheme.
 * @throws MalformedCredentials
 */
export function extractToken(request: TokenBearingRequest): PresentedToken | undefined {
  const authorization = theAuthorization(request) ?? '';
  if (!DPOP_SCHEME.test(authorization)) {
    const token = extractBearerToken(request);
    return token === undefined ? undefined : { scheme: 'bearer', token };
  }
  const token = DPOP.exec(authorization)?.[1];
  if (token === undefined)
    throw new MalformedCredentials('malformed_authorization', 'The Authorization header must read: DPoP, one space, the token.');
  return { scheme: 'dpop', token };
}

/** Under which scheme a request that was refused had brought its token, for the challenge; nothing is judged. */
export function schemeOf(request: TokenBearingRequest): TokenScheme {
  try {
    return DPOP_SCHEME.test(theAuthorization(request) ?? '') ? 'dpop' : 'bearer';
  } catch {
    return 'bearer';
  }
}

/**
 * What follows a plain `Bearer `, its syntax unread: good for nothing but asking whether exactly this token is remembered.
 * @throws MalformedCredentials
 */
export function peekBearerToken(request: TokenBearingRequest): string | undefined {
  const authorization = theAuthorization(request);
  return authorization?.startsWith('Bearer ') ? authorization.slice(7) : undefined;
}

function theAuthorization({ headers, rawHeaders, query }: TokenBearingRequest): string | undefined {
  // RFC 6750 §2.3 and OAuth 2.1 §5.1: never in the URL, where logs and referrers would keep it.
  if (typeof query === 'object' && query !== null && 'access_token' in query) {
    throw new MalformedCredentials('token_in_query', 'Send the access token in the Authorization header, never in the URL.');
  }
  const found = rawHeaders ? authorizationsIn(rawHeaders) : headers?.['authorization'];
  if (found === undefined || typeof found === 'string') return found;
  throw new MalformedCredentials('duplicate_authorization', 'Send exactly one Authorization header.');
}

/** The value, or the values where there are several. */
function authorizationsIn(rawHeaders: readonly string[]): string | readonly string[] | undefined {
  let found: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    // 13 letters: compares lower case only where the length fits.
    if (name?.length !== 13 || name.toLowerCase() !== 'authorization') continue;
    if (found !== undefined) return [found, rawHeaders[i + 1] ?? ''];
    found = rawHeaders[i + 1] ?? '';
  }
  return found;
}
