import type { AccessTokenClaims } from '@countersign/oauth';

/** An access token whose signature, issuer and form were found good. One object per token, shared by requests: frozen to the bottom. */
export interface VerifiedAccessToken {
  readonly claims: Readonly<AccessTokenClaims>;
  readonly scopes: ReadonlySet<string>;
  /** The key that signed it. */
  readonly kid: string;
}

export function verifiedAccessToken(claims: AccessTokenClaims, kid: string): VerifiedAccessToken {
  return Object.freeze({ claims: deepFreeze(claims), scopes: frozenScopes(claims.scope), kid });
}

function frozenScopes(scope: string): ReadonlySet<string> {
  const scopes = new Set(scope.split(' ').filter((value) => value !== ''));
  // Object.freeze leaves a Set open, and one request could widen the rights of every later one.
  for (const method of ['add', 'delete', 'clear']) Object.defineProperty(scopes, method, { value: refuseChange });
  return Object.freeze(scopes);
}

function refuseChange(): never {
  throw new TypeError('The scopes of an access token cannot be changed.');
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
