import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PersonalAccessTokens } from '../../../directory/api-keys/index.js';
import { PasswordAccounts } from '../../../directory/users/index.js';
import { OwnApps } from '../../../issuer/own-apps/index.js';
import { callerOfSession, type Exchange, FormTokens, Sessions, signInAddress, type SignedInUser } from '../../../issuer/sessions/index.js';
import { isId } from '../../../platform/crypto/index.js';
import { type Failure, type FormPage, mistakeIn } from '../errors/failure.js';
import { Card, Heading, Link, Pages, waitText } from '../kit/index.js';
import { AccountPage, DONE, type Done, type PasswordProblem } from './account-page.js';
import { OwnAppPage } from './own-app-page.js';

/** The pages on which people look after their account. */
@Injectable()
export class AccountPages implements FormPage {
  readonly name = 'account';
  readonly path = '/account/password';

  constructor(
    private readonly pages: Pages,
    private readonly sessions: Sessions,
    private readonly tokens: FormTokens,
    private readonly apps: OwnApps,
    private readonly passwords: PasswordAccounts,
    private readonly personalTokens: PersonalAccessTokens,
  ) {}

  async account(exchange: Exchange, done: unknown): Promise<void> {
    const user = await this.sessions.current(exchange.request);
    if (!user) return this.pages.redirect(exchange.reply, signInAddress({ returnTo: '/account' }));
    await this.draw(exchange, user, { done: readDone(done) });
  }

  /** The password form again, with what is wrong. */
  async redraw(exchange: Exchange, failure: Failure): Promise<boolean> {
    const user = await this.sessions.current(exchange.request);
    if (!user) return false;
    await this.draw(exchange, user, { passwordProblem: problemOf(failure) }, failure);
    return true;
  }

  async app({ request, reply }: Exchange, id: string, done: unknown): Promise<void> {
    const user = await this.sessions.current(request);
    // Whatever else stands in the address is not sent on.
    const consentId = isId(id, 'con') ? id : undefined;
    const returnTo = consentId === undefined ? '/account' : `/account/apps/${consentId}`;
    if (!user) return this.pages.redirect(reply, signInAddress({ returnTo }));
    const own = consentId === undefined ? undefined : await this.apps.find(user, consentId);
    const csrfToken = this.tokens.issue(request, reply);
    if (!own) return this.missing(reply, user, csrfToken);
    const view = { own, csrfToken, done: readDone(done), now: new Date() };
    this.pages.send(reply, { title: own.app.name, ...frameOf(user, csrfToken), content: <OwnAppPage {...view} /> });
  }

  private async draw(
    { request, reply }: Exchange,
    user: SignedInUser,
    told: { done?: Done | undefined; passwordProblem?: PasswordProblem },
    failure?: Failure,
  ): Promise<void> {
    const apps = await this.apps.list(user);
    const sessions = await this.sessions.list(user.userId);
    const { data: tokens } = await this.personalTokens.list(callerOfSession(user));
    const hasPassword = await this.passwords.hasOf(user.userId);
    const csrfToken = this.tokens.issue(request, reply);
    const view = { done: undefined, ...told, user, csrfToken, apps, sessions, tokens, hasPassword, now: new Date() };
    const { status, headers } = failure ?? {};
    this.pages.send(reply, { status, headers, title: 'Your account', ...frameOf(user, csrfToken), content: <AccountPage {...view} /> });
  }

  private missing(reply: FastifyReply, user: SignedInUser, csrfToken: string): void {
    const content = (
      <Card>
        <Heading title="This app has no access">Its access was ended, or it never had any.</Heading>
        <p>
          <Link to="/account">Your account</Link> shows the apps that have.
        </p>
      </Card>
    );
    this.pages.send(reply, { status: 404, title: 'No access', user: frameOf(user, csrfToken).user, content });
  }
}

function frameOf({ email }: SignedInUser, csrfToken: string): { shape: 'wide'; user: { email: string; csrfToken: string } } {
  return { shape: 'wide', user: { email, csrfToken } };
}

/** Only what we say ourselves: nobody puts words on the page by a link. */
function readDone(done: unknown): Done | undefined {
  return typeof done === 'string' && Object.hasOwn(DONE, done) ? (done as Done) : undefined;
}

function problemOf(failure: Failure): PasswordProblem {
  const [present, next] = [mistakeIn(failure, 'current_password'), mistakeIn(failure, 'new_password')];
  switch (failure.code) {
    case 'sign_in_refused':
      return { field: 'current_password', text: 'This is not your present password. Nothing was changed.' };
    case 'rate_limited':
      return { field: undefined, text: `Too many tries. Wait ${waitText(failure.retryAfter ?? 60)}, then try again. Nothing was changed.` };
    case 'form_expired':
      return { field: undefined, text: 'This page was open too long. Nothing was changed. Please try once more.' };
    default:
      if (present !== undefined) return { field: 'current_password', text: 'Fill in your present password.' };
      return next === undefined ? { field: undefined, text: failure.detail } : { field: 'new_password', text: next };
  }
}
