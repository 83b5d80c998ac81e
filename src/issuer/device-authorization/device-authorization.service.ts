import { Injectable } from '@nestjs/common';
import { DEVICE_CODE_GRANT_TYPE, OAuthError, type AuthenticatedClient, type OAuthRequest } from '@countersign/oauth';
import { AlreadyUsed, SingleUseValues } from '../../platform/audit/index.js';
import { Configuration } from '../../platform/config/index.js';
import { appClientOf, AuthorizationChecks, AuthorizationLimits } from '../authorization/index.js';
import { authenticationFailed, ClientAuthenticator } from '../client-auth/index.js';
import { DeviceCodes } from '../device-codes/index.js';
import type { DeviceAuthorizationDocument } from './dto/device-authorization.dto.js';

export const DEVICE_PAGE = '/device';

/** RFC 8628 §3.1: a device asks for codes, one for itself and one for a person. */
@Injectable()
export class DeviceAuthorization {
  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly checks: AuthorizationChecks,
    private readonly limits: AuthorizationLimits,
    private readonly codes: DeviceCodes,
    private readonly singleUse: SingleUseValues,
    private readonly configuration: Configuration,
  ) {}

  /** @throws OAuthError of RFC 6749 §5.2, `invalid_target` */
  async begin(request: OAuthRequest): Promise<DeviceAuthorizationDocument> {
    // Each leaves a row that waits for a person, as an authorization request does.
    await this.limits.count(request.sourceAddress);
    const { params } = request;
    params.refuseRepeats();
    const caller = await this.clients.authenticate(request);
    await this.claim(caller);
    const client = appClientOf(caller.client);
    // DEV-6: only where somebody has asked for it.
    if (!client?.grantTypes.includes(DEVICE_CODE_GRANT_TYPE))
      throw new OAuthError('unauthorized_client', 'The client is not registered for device codes: grant_types does not have them.');
    const { api, scopes } = await this.checks.findAccess(params, client);
    const made = await this.codes.begin({ clientId: client.id, apiId: api.id, scopes, ip: request.sourceAddress });
    const page = this.configuration.settings.PUBLIC_URL + DEVICE_PAGE;
    return {
      device_code: made.deviceCode,
      user_code: made.userCode,
      verification_uri: page,
      verification_uri_complete: `${page}?user_code=${made.userCode}`,
      expires_in: made.expiresInSeconds,
      interval: made.intervalSeconds,
    };
  }

  /** PKJ-8: an assertion is good for one request at any endpoint. */
  private async claim({ proof }: AuthenticatedClient): Promise<void> {
    if (!proof.singleUse) return;
    await this.singleUse.claim(proof.singleUse).catch((error: unknown) => {
      throw error instanceof AlreadyUsed ? authenticationFailed(`${proof.via}_replayed`) : error;
    });
  }
}
