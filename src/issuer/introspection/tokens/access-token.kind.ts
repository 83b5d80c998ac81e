import { Injectable } from '@nestjs/common';
import type { AccessTokenClaims } from '@countersign/oauth';
import { ApiCatalogue } from '../../../directory/api-resources/index.js';
import { OwnTokens, Revocations } from '../../revocation/index.js';
import type { ActiveToken, IntrospectionCaller } from '../introspection-answer.js';
import type { TokenKind } from '../token-kind.js';

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** From memory: that a signature is good is remembered, what is revoked is known here, and neither asks the database. */
@Injectable()
export class AccessTokenKind implements TokenKind {
  readonly name = 'access_token';

  constructor(
    private readonly tokens: OwnTokens,
    private readonly revocations: Revocations,
    private readonly apis: ApiCatalogue,
  ) {}

  recognise(token: string): boolean {
    return COMPACT_JWS.test(token);
  }

  async describe(token: string, caller: IntrospectionCaller): Promise<ActiveToken | undefined> {
    const claims = await this.tokens.read(token, caller.client.zone);
    if (!claims || !isBusinessOf(claims, caller) || !this.apis.find(claims.aud)?.active) return undefined;
    // Attack 74: what was revoked two seconds ago is known afterwards, or there is no answer.
    await this.revocations.ensureCurrent();
    // No tolerance as guards have it for the clocks of others: this one is the issuer's own.
    if (this.revocations.list.isRevoked(claims) || claims.exp <= Date.now() / 1000) return undefined;
    return toActiveToken(claims);
  }
}

/** RFC 7662 §4: the API that the token is for, or the client that it was issued to. */
function isBusinessOf({ aud, client_id }: AccessTokenClaims, { client, api }: IntrospectionCaller): boolean {
  return aud === api?.identifier || client_id === client.id;
}

/** The handles of revocation stay out: who asks here needs none. */
function toActiveToken(claims: Readonly<AccessTokenClaims & { nbf?: number }>): ActiveToken {
  const { iss, sub, aud, client_id, scope, exp, iat, nbf, jti, org_id, principal_type, act, cnf, auth_time, acr, amr } = claims;
  return {
    active: true,
    // RFC 9449 §6.2.
    token_type: cnf?.jkt === undefined ? 'Bearer' : 'DPoP',
    iss,
    sub,
    aud,
    client_id,
    scope,
    exp,
    iat,
    ...(nbf !== undefined && { nbf }),
    jti,
    principal_type,
    ...(org_id !== undefined && { org_id }),
    ...(act && { act }),
    ...(cnf && { cnf }),
    ...(auth_time !== undefined && { auth_time }),
    ...(acr !== undefined && { acr }),
    ...(amr && { amr }),
  };
}
