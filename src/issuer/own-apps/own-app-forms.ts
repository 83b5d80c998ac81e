import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { originOf } from '../../platform/http/index.js';
import { Forms, Sessions } from '../sessions/index.js';
import { OwnAppList } from './dto/own-app.dto.js';
import { OwnApps } from './own-apps.service.js';

const ACCOUNT = '/account';

/** What people do with the apps that they allowed something. */
@Injectable()
export class OwnAppForms {
  constructor(
    private readonly apps: OwnApps,
    private readonly forms: Forms,
    private readonly sessions: Sessions,
  ) {}

  async list(request: FastifyRequest): Promise<OwnAppList> {
    return OwnAppList.from(await this.apps.list(await this.sessions.require(request)));
  }

  async revoke(request: FastifyRequest, reply: FastifyReply, consentId: string): Promise<void> {
    const user = await this.sessions.require(request);
    this.forms.readFields(request);
    await this.apps.revoke(user, originOf(request), consentId);
    this.forms.redirect(reply, `${ACCOUNT}?done=revoked`);
  }

  /** The boxes that stay ticked share a name. */
  async narrow(request: FastifyRequest, reply: FastifyReply, consentId: string): Promise<void> {
    const user = await this.sessions.require(request);
    const form = this.forms.readFields(request);
    const isLeft = await this.apps.narrow(user, originOf(request), consentId, form.list('scope'));
    this.forms.redirect(reply, isLeft ? `${ACCOUNT}/apps/${consentId}?done=narrowed` : `${ACCOUNT}?done=revoked`);
  }
}
