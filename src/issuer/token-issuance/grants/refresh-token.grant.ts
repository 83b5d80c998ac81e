import { Injectable } from '@nestjs/common';
import { OAuthError, OPENID_SCOPE, scopesOutside, type Grant, type GrantRequest, type Issuance, type Zone } from '@countersign/oauth';
import { ApiCatalogue } from '../../../directory/api-resources/index.js';
import { Delegation } from '../../consents/index.js';
import { fingerprintOf, RefreshTokens } from '../../refresh-tokens/index.js';
import { rightsOn } from '../delegated-access.js';

/** RFC 6749 §6: what a person allowed, once more, as far as it still holds. */
@Injectable()
export class RefreshTokenGrant implements Grant {
  readonly name = 'refresh_token';
  readonly parameters = ['refresh_token'];
  readonly zones: readonly Zone[] = ['external'];
  readonly settles = true;

  constructor(
    private readonly tokens: RefreshTokens,
    private readonly delegation: Delegation,
    private readonly apis: ApiCatalogue,
  ) {}

  async decide({ caller: { client }, requested, params, proof, sourceAddress, note }: GrantRequest): Promise<Issuance> {
    const text = params['refresh_token'];
    if (text === undefined) throw new OAuthError('invalid_request', 'The parameter refresh_token is missing.');
    const presented = await this.tokens.examine(text, { client, cnf: proof?.cnf, ip: sourceAddress });
    const { family } = presented;
    note({ user_id: family.userId, consent_id: family.consentId, family_id: family.id });
    const knowledge = { apis: this.apis, delegation: this.delegation };
    const { api, scopes: rights, grantHandle } = await rightsOn(family, client, requested.audience, knowledge);
    const fingerprint = fingerprintOf({ ...requested, cnf: proof?.cnf });
    const scopes = narrowed(family.scopes, requested.scopes, rights);
    return {
      subject: family.userId,
      api,
      scopes,
      orgId: family.orgId,
      lifetimeSeconds: undefined,
      grantId: grantHandle,
      root: family.id,
      // RT-6: nothing outlives what the person allowed.
      notAfter: Math.floor(family.endsAt.getTime() / 1000),
      authentication: family.authentication,
      // OpenID Connect Core §12.2: of the same sign-in, and without its nonce.
      ...(scopes.includes(OPENID_SCOPE) && { idToken: { sessionId: family.sessionId } }),
      settle: (signed, record) => this.tokens.rotate(presented, { signed, fingerprint }, (tx) => record.write(tx)),
    };
  }
}

// RT-4, RFC 6749 §6: fewer than were granted, never others.
function narrowed(granted: readonly string[], asked: readonly string[] | undefined, rights: readonly string[]): readonly string[] {
  if (asked === undefined) return rights;
  if (scopesOutside(asked, granted).length > 0)
    throw new OAuthError('invalid_scope', 'A scope was not granted with this refresh token. Ask the person at the authorization endpoint.');
  return asked.filter((scope) => rights.includes(scope));
}
