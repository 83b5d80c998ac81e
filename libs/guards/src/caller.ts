import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { AccessTokenClaims, ActorClaim, PrincipalType } from '@countersign/oauth';
import type { VerifiedAccessToken } from '@countersign/resource-server';

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

/** The caller of the request. Only on routes with `@RequireScopes`: elsewhere nobody was proven, and this throws. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { user } = context.switchToHttp().getRequest<{ user?: Caller }>();
  if (!user) throw new Error('@Caller() stands on a route whose caller is not authenticated; add @RequireScopes(…).');
  return user;
});

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
