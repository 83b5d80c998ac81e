import type { AccessTokenClaims, ActorClaim, PrincipalType } from '@countersign/oauth';
import type { VerifiedAccessToken } from './verified-access-token.js';

/** Who calls, as proven. Frozen; the first argument of service methods. */
export interface Caller {
  readonly principalType: PrincipalType;
  /** The user when delegated, else the client itself. */
  readonly subject: string;
  readonly clientId: string;
  /** The organization whose data the caller may touch; never taken from anywhere else. */
  readonly orgId?: string | undefined;
  readonly scopes: ReadonlySet<string>;
  /** The secret, key or certificate behind it. */
  readonly credentialId: string;
  /** `jti`; absent when the caller was not proven by an access token. */
  readonly tokenId?: string | undefined;
  /** The consent or policy it stands on. */
  readonly grantId?: string | undefined;
  readonly actor?: ActorClaim | undefined;
  /** Claims of the access token; absent when the caller was not proven by one. */
  readonly claims?: Readonly<AccessTokenClaims> | undefined;
}

const callers = new WeakMap<VerifiedAccessToken, Caller>();

/** The same object for every request with the same remembered token. */
export function callerOf(token: VerifiedAccessToken): Caller {
  let caller = callers.get(token);
  if (caller === undefined) {
    caller = toCaller(token);
    callers.set(token, caller);
  }
  return caller;
}

function toCaller({ claims, scopes }: VerifiedAccessToken): Caller {
  return Object.freeze({
    principalType: claims.principal_type,
    subject: claims.sub,
    clientId: claims.client_id,
    orgId: claims.org_id,
    scopes,
    credentialId: claims.cred,
    tokenId: claims.jti,
    grantId: claims.grant,
    actor: claims.act,
    claims,
  });
}

/**
 * The caller that an adapter put on the request.
 * @throws Error where `requireScopes` does not stand before: nobody was proven there.
 */
export function getCaller({ auth }: { readonly auth?: Caller | undefined }): Caller {
  if (!auth) throw new Error('Nobody was authenticated for this request: put requireScopes(…) before the handler.');
  return auth;
}
