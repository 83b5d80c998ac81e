import { Injectable } from '@nestjs/common';
import { DEVICE_CODE_GRANT_TYPE, OAuthError } from '@countersign/oauth';
import { AuditLog } from '../../../platform/audit/index.js';
import { Configuration } from '../../../platform/config/index.js';
import type { Transaction } from '../../../platform/database/index.js';
import type { Consent } from '../../consents/index.js';
import { DeviceCodes } from '../../device-codes/index.js';
import { sourceNetwork, type SignedInUser } from '../../sessions/index.js';
import type { AppClient } from '../authorization-facts.js';
import { interactionEnded } from '../authorization.errors.js';
import type { Destination } from '../consent-view.js';
import type { DeviceRequest } from '../saved-request.js';
import type { AnswerWay, GrantedAccess } from './answer-way.js';

/** RFC 8628 §3.3: a device that waits hears of the answer, and the person goes back to it. */
@Injectable()
export class DeviceWay implements AnswerWay<DeviceRequest> {
  readonly name = 'device';

  constructor(
    private readonly codes: DeviceCodes,
    private readonly audit: AuditLog,
    private readonly configuration: Configuration,
  ) {}

  async requireOpen({ deviceId }: DeviceRequest, { grantTypes }: AppClient): Promise<void> {
    if (!(await this.codes.isWaiting(deviceId))) throw interactionEnded();
    if (!grantTypes.includes(DEVICE_CODE_GRANT_TYPE))
      throw new OAuthError('unauthorized_client', 'The app may not use device codes any more.');
  }

  async grant(tx: Transaction, request: DeviceRequest, user: SignedInUser, granted: GrantedAccess): Promise<string> {
    const { userId, authTime, acr, amr } = user;
    if (!(await this.codes.allow(tx, request.deviceId, { ...granted, userId, authentication: { authTime, acr, amr } })))
      throw interactionEnded();
    // A consent that was lured out of somebody is found by where the device was.
    await this.audit.record(tx, {
      action: 'device.allowed',
      actor: { type: 'user', id: userId, name: user.email },
      orgId: granted.orgId,
      target: { type: 'app', id: request.clientId },
      details: {
        client_id: request.clientId,
        grant_id: granted.consentId,
        scope: granted.scopes.join(' '),
        device_ip: request.deviceIp,
        session_id: user.sessionId,
      },
    });
    return this.urlOf('/device/done');
  }

  async refuse(tx: Transaction, { deviceId }: DeviceRequest): Promise<string> {
    await this.codes.deny(tx, deviceId);
    return this.urlOf('/device/refused');
  }

  mayBeTold(_: DeviceRequest, __: AppClient | undefined, hasDecided: boolean): boolean {
    return hasDecided;
  }

  destination({ userCode, deviceIp, deviceAskedAt }: DeviceRequest, ip: string | undefined): Destination {
    const isNear = ip !== undefined && sourceNetwork(ip) === sourceNetwork(deviceIp);
    return { kind: 'device', userCode, ip: deviceIp, askedAt: new Date(deviceAskedAt), isNear };
  }

  /** Nobody has seen any. */
  seenRedirectUris(_: AppClient, before: Consent | undefined): readonly string[] {
    return before?.redirectUris ?? [];
  }

  private urlOf(path: string): string {
    return this.configuration.settings.PUBLIC_URL + path;
  }
}
