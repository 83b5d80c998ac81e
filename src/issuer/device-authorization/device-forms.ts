import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RefusalCounter } from '../../platform/audit/index.js';
import { Interactions, type DeviceRequest } from '../authorization/index.js';
import { DeviceCodes, displayUserCode, readUserCode, type WaitingDevice } from '../device-codes/index.js';
import { Forms, FormTokens, Sessions, type SignedInUser } from '../sessions/index.js';
import { UserCodeLimits } from './user-code-limits.js';

/** The form in which somebody enters what a device shows. */
@Injectable()
export class DeviceForms {
  constructor(
    private readonly forms: Forms,
    private readonly tokens: FormTokens,
    private readonly sessions: Sessions,
    private readonly limits: UserCodeLimits,
    private readonly codes: DeviceCodes,
    private readonly interactions: Interactions,
    private readonly refusals: RefusalCounter,
  ) {}

  /**
   * DEV-5: an explicit confirmation, from our own page, of somebody who is signed in.
   * @returns path of the page that asks them; undefined where no device waits with such a code
   * @throws Problem `sign_in_required`, `form_expired`, `rate_limited`
   */
  async confirm(request: FastifyRequest, reply: FastifyReply): Promise<string | undefined> {
    const user = await this.sessions.require(request);
    const typed = this.forms.readFields(request).find('user_code') ?? '';
    const attempt = { userId: user.userId, ip: request.ip };
    await this.limits.count(attempt);
    const device = await this.codes.findByUserCode(typed);
    if (!device) {
      this.refusals.count('device.wrong_user_code', request.ip, 'unknown_user_code');
      return undefined;
    }
    await this.limits.forget(attempt);
    return this.interactions.wait(requestOf(device, typed, user), this.tokens.nameBrowser(request, reply));
  }
}

/** A code as its device shows it; undefined for what can be none. */
export function displayedUserCode(typed: string): string | undefined {
  const code = readUserCode(typed);
  return code && displayUserCode(code);
}

function requestOf(device: WaitingDevice, typed: string, { sessionId }: SignedInUser): DeviceRequest {
  return {
    way: 'device',
    clientId: device.clientId,
    apiId: device.apiId,
    scopes: device.scopes,
    prompts: [],
    acrValues: [],
    requestedAt: Math.floor(Date.now() / 1000),
    sessionBefore: sessionId,
    deviceId: device.id,
    userCode: displayedUserCode(typed) ?? '',
    deviceIp: device.ip,
    deviceAskedAt: device.createdAt.getTime(),
  };
}
