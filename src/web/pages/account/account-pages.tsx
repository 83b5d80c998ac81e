import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PasswordAccounts } from '../../../directory/users/index.js';
import { OwnApps } from '../../../issuer/own-apps/index.js';
import { FormTokens, Sessions, type SignedInUser } from '../../../issuer/sessions/index.js';
import { isId } from '../../../platform/crypto/index.js';
import { Card, Heading, Link, Pages } from '../kit/index.js';
import { AccountPage, DONE, type Done } from './account-page.js';
import { OwnAppPage } from './own-app-page.js';

/** The pages on which people look after their account. */
@Injectable()
export class AccountPages {
  constructor(
    private readonly pages: Pages,
    private readonly sessions: Sessions,
    private readonly tokens: FormTokens,
    private readonly apps: OwnApps,
    private readonly passwords: PasswordAccounts,
  ) {}

  async account(request: FastifyRequest, reply: FastifyReply, done: unknown): Promise<void> {
    const user = await this.sessions.current(request);
    if (!user) return this.toSignIn(reply, '/account');
    const [apps, sessions, hasPassword] = [
      await this.apps.list(user),
      await this.sessions.list(user.userId),
      await this.passwords.hasOf(user.userId),
    ];
    const csrfToken = this.tokens.issue(request, reply);
    const view = { user, csrfToken, apps, sessions, hasPassword, done: readDone(done), now: new Date() };
    this.pages.send(reply, { title: 'Your account', ...frameOf(user, csrfToken), content: <AccountPage {...view} /> });
  }

  async app(request: FastifyRequest, reply: FastifyReply, id: string, done: unknown): Promise<void> {
    const user = await this.sessions.current(request);
    // Whatever else stands in the address is not sent on.
    const consentId = isId(id, 'con') ? id : undefined;
    if (!user) return this.toSignIn(reply, consentId === undefined ? '/account' : `/account/apps/${consentId}`);
    const own = consentId === undefined ? undefined : await this.apps.find(user, consentId);
    const csrfToken = this.tokens.issue(request, reply);
    if (!own) return this.missing(reply, user, csrfToken);
    const view = { own, csrfToken, done: readDone(done), now: new Date() };
    this.pages.send(reply, { title: own.app.name, ...frameOf(user, csrfToken), content: <OwnAppPage {...view} /> });
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

  private toSignIn(reply: FastifyReply, path: string): void {
    this.pages.redirect(reply, `/login?return_to=${encodeURIComponent(path)}`);
  }
}

function frameOf({ email }: SignedInUser, csrfToken: string): { shape: 'wide'; user: { email: string; csrfToken: string } } {
  return { shape: 'wide', user: { email, csrfToken } };
}

/** Only what we say ourselves: nobody puts words on the page by a link. */
function readDone(done: unknown): Done | undefined {
  return typeof done === 'string' && Object.hasOwn(DONE, done) ? (done as Done) : undefined;
}
