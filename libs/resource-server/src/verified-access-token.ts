import type { AccessTokenClaims } from '@countersign/oauth';

/** An access token whose signature, issuer and form were found good. One object per token, shared by requests: frozen to the bottom. */
export interface VerifiedAccessToken {
  readonly claims: Readonly<AccessTokenClaims>;
  readonly scopes: ReadonlySet<string>;
  /** The key that signed it. */
  readonly kid: string;
}

export function verifiedAccessToken(claims: AccessTokenClaims, kid: string): VerifiedAccessToken {
  return Object.freeze({ claims: deepFreeze(claims), scopes: GrantedScopes.parse(claims.scope), kid });
}

/** Object.freeze leaves a Set open, and one request could widen the rights of every later one with the same token. */
class GrantedScopes extends Set<string> {
  static parse(scope: string): ReadonlySet<string> {
    const scopes = new GrantedScopes();
    for (const value of scope.split(' ')) if (value !== '') Set.prototype.add.call(scopes, value);
    return Object.freeze(scopes);
  }

  override add(): never {
    throw new TypeError('The scopes of an access token cannot be changed.');
  }

  override delete(): never {
    return this.add();
  }

  override clear(): never {
    return this.add();
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
