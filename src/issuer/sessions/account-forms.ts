import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { notFound } from '../../directory/administration/index.js';
import { PasswordAccounts } from '../../directory/users/index.js';
import { originOf, Problem } from '../../platform/http/index.js';
import { ChangePasswordForm, CsrfForm } from './dto/forms.dto.js';
import { SessionDocument, type SessionList } from './dto/session.dto.js';
import { Forms } from './forms.js';
import { Sessions } from './sessions.js';
import { SESSIONS_PROBLEMS } from './sessions.errors.js';
import { SignIn, type Exchange } from './sign-in.service.js';
import { SignInLimits } from './sign-in-limits.js';

/** What people do with their own sessions and password. */
@Injectable()
export class AccountForms {
  constructor(
    private readonly forms: Forms,
    private readonly sessions: Sessions,
    private readonly passwords: PasswordAccounts,
    private readonly signIns: SignIn,
    private readonly limits: SignInLimits,
  ) {}

  async list(request: FastifyRequest): Promise<SessionList> {
    const { userId, sessionId } = await this.sessions.require(request);
    return { data: (await this.sessions.list(userId)).map((row) => SessionDocument.from(row, sessionId)) };
  }

  /** Somebody else's session looks like one that does not exist. */
  async endSession({ request, reply }: Exchange, id: string): Promise<void> {
    const { userId } = await this.sessions.require(request);
    await this.forms.read(request, CsrfForm);
    if (!(await this.sessions.endOne(userId, id, originOf(request)))) throw notFound();
    this.forms.redirect(reply, '/account?done=session_ended');
  }

  async endOthers({ request, reply }: Exchange): Promise<void> {
    const user = await this.sessions.require(request);
    await this.forms.read(request, CsrfForm);
    await this.sessions.endOthers(user, originOf(request));
    this.forms.redirect(reply, '/account?done=others_ended');
  }

  /** Ends all sessions, and begins a new one here. */
  async changePassword(exchange: Exchange): Promise<void> {
    const { request, reply } = exchange;
    const { userId, email } = await this.sessions.require(request);
    const form = await this.forms.read(request, ChangePasswordForm);
    const asker = await this.limits.countTry(request, email);
    const words = { present: form.current_password, next: form.new_password };
    const proven = await this.passwords.change(userId, words, asker, originOf(request));
    if (!proven) throw new Problem(SESSIONS_PROBLEMS, 'sign_in_refused', 'The present password is wrong.');
    // Not once more by the front door: what is changed is changed, and no limit may stand between.
    await this.signIns.byProof(exchange, email, proven);
    this.forms.redirect(reply, '/account?done=password_changed');
  }
}
