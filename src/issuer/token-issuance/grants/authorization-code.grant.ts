import { Injectable } from '@nestjs/common';
import {
  isCodeVerifier,
  OPENID_SCOPE,
  OAuthError,
  type Grant,
  type GrantRequest,
  type Issuance,
  type IssueRecord,
  type TokenAnswer,
  type Zone,
} from '@countersign/oauth';
import { ApiCatalogue } from '../../../directory/api-resources/index.js';
import { AuthorizationCodes } from '../../authorization-codes/index.js';
import { Delegation } from '../../consents/index.js';
import { RefreshTokens } from '../../refresh-tokens/index.js';
import { familyOf, rightsOn } from '../delegated-access.js';

/** RFC 6749 §4.1.3, RFC 7636 §4.5: what a person allowed, for the client that holds the verifier. */
@Injectable()
export class AuthorizationCodeGrant implements Grant {
  readonly name = 'authorization_code';
  readonly parameters = ['code', 'code_verifier', 'redirect_uri'];
  readonly zones: readonly Zone[] = ['external'];
  readonly settles = true;

  constructor(
    private readonly codes: AuthorizationCodes,
    private readonly families: RefreshTokens,
    private readonly delegation: Delegation,
    private readonly apis: ApiCatalogue,
  ) {}

  async decide({ caller: { client }, requested, params, proof, sourceAddress, note }: GrantRequest): Promise<Issuance> {
    const { code: text, verifier } = readCode(params);
    const code = await this.codes.examine(text, client, { verifier, redirectUri: params['redirect_uri'], jkt: proof?.cnf.jkt });
    note({ user_id: code.userId, consent_id: code.consentId, family_id: code.familyId });
    const knowledge = { apis: this.apis, delegation: this.delegation };
    const { api, scopes, grantHandle } = await rightsOn(code, client, requested.audience, knowledge);
    const cnf = client.app?.clientType === 'public' ? proof?.cnf : undefined;
    const family = { ...familyOf(code), cnf, ip: sourceAddress };
    return {
      subject: code.userId,
      api,
      scopes,
      orgId: code.orgId,
      lifetimeSeconds: undefined,
      grantId: grantHandle,
      tokenId: code.familyId,
      authentication: code.authentication,
      // OpenID Connect Core §3.1.3.3: where the person was asked who they are, and said so.
      ...(scopes.includes(OPENID_SCOPE) && { idToken: { nonce: code.nonce, sessionId: code.sessionId } }),
      settle: async (signed: TokenAnswer, record: IssueRecord) => {
        const refresh_token = await this.codes.redeem(code, client, async (tx) => {
          const [begun] = await Promise.all([this.families.begin(tx, family), record.write(tx)]);
          return begun;
        });
        return { answer: { ...signed, refresh_token }, repeated: false };
      },
    };
  }
}

function readCode(params: Readonly<Record<string, string>>): { code: string; verifier: string } {
  const { code, code_verifier: verifier } = params;
  if (code === undefined) throw new OAuthError('invalid_request', 'The parameter code is missing.');
  // RFC 7636 §4.5: every code has a challenge here, so every client has a verifier.
  if (verifier === undefined) throw new OAuthError('invalid_request', 'The parameter code_verifier is missing.');
  if (!isCodeVerifier(verifier))
    throw new OAuthError('invalid_request', 'code_verifier is not 43 to 128 characters of letters, digits and -._~.');
  return { code, verifier };
}
