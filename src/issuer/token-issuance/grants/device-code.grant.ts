import { Injectable } from '@nestjs/common';
import {
  DEVICE_CODE_GRANT_TYPE,
  OAuthError,
  OPENID_SCOPE,
  type Grant,
  type GrantRequest,
  type Issuance,
  type IssueRecord,
  type TokenAnswer,
  type Zone,
} from '@countersign/oauth';
import { ApiCatalogue } from '../../../directory/api-resources/index.js';
import { Delegation } from '../../consents/index.js';
import { DeviceCodes } from '../../device-codes/index.js';
import { RefreshTokens } from '../../refresh-tokens/index.js';
import { familyOf, rightsOn } from '../delegated-access.js';

/** RFC 8628 §3.4: what a person allowed elsewhere, for the device that waits. */
@Injectable()
export class DeviceCodeGrant implements Grant {
  readonly name = DEVICE_CODE_GRANT_TYPE;
  readonly parameters = ['device_code'];
  readonly zones: readonly Zone[] = ['external'];
  readonly settles = true;

  constructor(
    private readonly codes: DeviceCodes,
    private readonly families: RefreshTokens,
    private readonly delegation: Delegation,
    private readonly apis: ApiCatalogue,
  ) {}

  async decide({ caller: { client }, requested, params, proof, sourceAddress, note }: GrantRequest): Promise<Issuance> {
    const text = params['device_code'];
    if (text === undefined) throw new OAuthError('invalid_request', 'The parameter device_code is missing.');
    const code = await this.codes.poll(text, client);
    note({ user_id: code.userId, consent_id: code.consentId, family_id: code.familyId });
    const knowledge = { apis: this.apis, delegation: this.delegation };
    const { api, scopes, grantHandle } = await rightsOn(code, client, requested.audience, knowledge);
    // DEV-7: the key that is proven now is the one that has to be proven at every refresh.
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
      // The browser with the session is another device: none that could be told of its end.
      ...(scopes.includes(OPENID_SCOPE) && { idToken: {} }),
      settle: async (signed: TokenAnswer, record: IssueRecord) => {
        const refresh_token = await this.codes.redeem(code, async (tx) => {
          const [begun] = await Promise.all([this.families.begin(tx, family), record.write(tx)]);
          return begun;
        });
        return { answer: { ...signed, refresh_token }, repeated: false };
      },
    };
  }
}
