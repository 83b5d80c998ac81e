import { Injectable } from '@nestjs/common';
import { SignInForms, type Exchange } from '../../../issuer/sessions/index.js';
import { Pages } from '../kit/index.js';
import { LogoutPage, SignedOutPage } from './logout-pages.js';

const DONE = '/logout/done';

/** The pages with which people go. */
@Injectable()
export class Logout {
  constructor(
    private readonly pages: Pages,
    private readonly forms: SignInForms,
  ) {}

  /** Attack 27: an address alone signs nobody out. */
  async ask(exchange: Exchange): Promise<void> {
    const { csrf_token: csrfToken, user } = await this.forms.state(exchange);
    if (!user) return this.pages.redirect(exchange.reply, DONE);
    this.pages.send(exchange.reply, { title: 'Sign out', content: <LogoutPage csrfToken={csrfToken} email={user.email} /> });
  }

  done({ reply }: Exchange): void {
    this.pages.send(reply, { title: 'Signed out', content: <SignedOutPage /> });
  }
}
